import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { pageCacheFiles } from "./pageCacheFiles";
import { pageCachePodSpec } from "./pageCachePod";
import { quantityBytes } from "../kubernetes/quantity";
import { answersLimit } from "./pageCacheLimits";
import { containerFile } from "../kubernetes/containerFile";
import { siteFiles, renderSiteSettings } from "../wordpress/siteFiles";
import { deploy } from "../../stacks/wordpress";
import { load } from "../../tests/support/loadedConfig";
import { answers, type Registered, registeredBy } from "../../tests/support/mocks";
import { siteConfig } from "../../tests/support/siteConfig";

interface Spec {
  readonly replicas: number;
  readonly selector: object;
  readonly template: { readonly metadata: { readonly annotations: Readonly<Record<string, string>> } };
}

const shared = { content: "shared", contentStorageClass: "many" };
async function stack(config: Record<string, string> = {}, content: Readonly<Record<string, string>> = shared) {
  return registeredBy(() => deploy(load({ ...content, ...config, "kubernetes:context": "test" })), answers);
}
const specOf = (all: readonly Registered[], name: string) =>
  all.find((resource) => resource.name === name)?.inputs.spec as Spec | undefined;
const conf = (seconds: number, uploadLimit = "64Mi", trustedProxies: readonly string[] = []) =>
  pageCacheFiles({ pageCache: { ...siteConfig.pageCache, seconds }, uploadLimit, trustedProxies })["pageCache.conf"] ??
  "";

/** A regular expression of the configuration, which works alike in nginx (PCRE) and JavaScript. @param before matches what precedes it */
function pattern(before: RegExp): RegExp {
  const [, flag, text = ""] = new RegExp(`${before.source}\\s+"~(\\*?)(.*)" \\S+;`).exec(conf(5)) ?? assert.fail();
  return new RegExp(text, flag === "" ? "" : "i");
}

describe("page cache", () => {
  afterEach(() => pulumi.runtime.setAllConfig({}));

  it("has as many pods as the site, and at most three", async () => {
    const replicas = async (wordpressReplicas: string) =>
      specOf(await stack({ wordpressReplicas }), "wordpress-cache-pods")?.replicas;
    assert.deepEqual([await replicas("1"), await replicas("2"), await replicas("100")], [1, 2, 3]);
  });

  it("trusts forwarded headers from trustedProxies alone, and passes one address to Apache", () => {
    assert.doesNotMatch(conf(5), /set_real_ip_from|proxy_add_x_forwarded_for/);
    const proxied = conf(5, "64Mi", ["192.0.2.0/24", "fd00::/8"]);
    assert.match(proxied, /^ *set_real_ip_from 192\.0\.2\.0\/24; set_real_ip_from fd00::\/8;$/m);
    assert.match(
      proxied,
      /geo \$realip_remote_addr \$is_trusted {\s+default 0;\s+192\.0\.2\.0\/24 1; fd00::\/8 1;\s+}/,
    );
    assert.match(
      containerFile(__dirname, "pageCachePassed.conf"),
      /^proxy_set_header X-Forwarded-For \$remote_addr;$/m,
    );
  });

  it("buffers files up to the size of an upload on disk: at most 4 GiB of them, or eight files", () => {
    const limits = (uploadLimit: string) => [
      /proxy_max_temp_file_size (\d+m);\s+include/.exec(conf(5, uploadLimit))?.[1],
      /limit_conn files_at_once (\d+);/.exec(conf(5, uploadLimit))?.[1],
      answersLimit({ uploadLimit }),
    ];
    assert.deepEqual(limits("1Mi"), ["64m", "64", "8192Mi"]);
    assert.deepEqual(limits("64Mi"), ["64m", "64", "8192Mi"]);
    assert.deepEqual(limits("100.5Mi"), ["101m", "40", "8136Mi"]);
    assert.deepEqual(limits("1Gi"), ["1024m", "8", "12288Mi"]);
  });

  it("is the target of the Service wordpress, which selects the site's pods if the cache is disabled", async () => {
    const selector = async (config: Record<string, string>, content: Readonly<Record<string, string>> = shared) =>
      specOf(await stack(config, content), "wordpress-service")?.selector;
    const site = { app: "wordpress", "wordpress/content": "shared" };
    assert.deepEqual(await selector({}), { app: "wordpress-cache" });
    assert.deepEqual(specOf(await stack(), "wordpress-cache-site")?.selector, site);
    const off = { pageCache: '{"enabled":false}' };
    assert.deepEqual(await selector(off), site);
    assert.ok(!(await stack(off)).some(({ name }) => name.startsWith("wordpress-cache")));
    assert.deepEqual(await selector({}, { content: "perPod" }), { app: "wordpress" });
  });

  it("rolls its pods when pageCache.seconds changes, and has its address in the site's settings", async () => {
    const checksum = async (pageCache: object) =>
      specOf(await stack({ pageCache: JSON.stringify(pageCache) }), "wordpress-cache-pods")?.template.metadata
        .annotations["wordpress/settings-checksum"];
    assert.equal(await checksum({}), await checksum({ seconds: 5 }));
    assert.notEqual(await checksum({ seconds: 6 }), await checksum({}));
    const addressOf = (hasPageCache: boolean) =>
      (
        JSON.parse(
          renderSiteSettings({ ...siteConfig, pageCache: { ...siteConfig.pageCache, enabled: hasPageCache } }, [
            "10.0.0.2",
          ]),
        ) as { pageCaches: unknown }
      ).pageCaches;
    assert.deepEqual([addressOf(true), addressOf(false)], [{ host: "wordpress-caches", port: 8081 }, null]);
  });

  it("caches pages for pageCache.seconds, and has the request size limit of the site", () => {
    assert.match(conf(7), /proxy_cache_valid 200 301 7s;/);
    assert.match(conf(5, "1Gi"), new RegExp(`client_max_body_size ${2 ** 30 + 2 ** 20};`));
    assert.match(siteFiles({ ...siteConfig, uploadLimit: "1Gi" })["site.ini"] ?? "", /post_max_size = 1074790400\n/);
    assert.doesNotMatch(conf(5), /@[A-Z]|undefined/);
  });

  it("serves cached pages only to requests whose cookies are all for scripts in the browser", () => {
    const harmless = pattern(/map \$http_cookie \$skip_session \{\n.*\n.*\n/);
    for (const cookie of [
      "_ga=GA1.1.1",
      "_ga=GA1.1.1; _ga_AB12CD34=GS1.1",
      "_fbp=fb.1.1;_gid=x",
      "_pk_id.1.1fff=a.b.c; _pk_ses.1.1fff=*",
      "wordpress_test_cookie=WP%20Cookie%20check",
    ]) {
      assert.match(cookie, harmless);
    }
    for (const cookie of [
      "wordpress_logged_in_0123=admin%7C1",
      "_ga=1; wordpress_sec_0123=x",
      "wp-postpass_0123=x",
      "comment.author_email_0123=x",
      "PHPSESSID=0123",
      "shop_currency=EUR",
      "_ga=1;\tlang=de",
      "_ga",
      "_GA=1",
      "x_ga=1",
      "_ga[x]=1",
      "lang=de; _ga=1",
    ]) {
      assert.doesNotMatch(cookie, harmless);
    }
  });

  it("configures limits in whole bytes for nginx, Apache and PHP, and raises Apache's default of 1 GiB", () => {
    const uploadLimit = "1.1Gi";
    const files = siteFiles({ ...siteConfig, uploadLimit, phpMemory: "100.7Mi" });
    const all = [conf(5, uploadLimit), files["site.ini"], files["site.conf"]].join("\n");
    assert.doesNotMatch(all, /\d{6,}\.\d/);
    assert.match(all, /client_max_body_size 1182164582;/);
    assert.match(all, /upload_max_filesize = 1181116006\n/);
    assert.match(all, /post_max_size = 1182164582\n/);
    assert.match(all, /memory_limit = 105591603\n/);
    assert.match(all, /LimitRequestBody 1182164582\n/);
  });

  it("has room for two of the largest uploads and at least 1 GiB, on a volume that is larger", () => {
    const room = (uploadLimit: string) => Number(/\$uploads_limit \{ default (\d+);/.exec(conf(5, uploadLimit))?.[1]);
    assert.equal(room("64Mi"), 2 ** 30);
    assert.equal(room("2Gi"), 2 * (2 ** 31 + 2 ** 20));
    for (const uploadLimit of ["64Mi", "1.1Gi", "2Gi"]) {
      const volume = pageCachePodSpec({ ...siteConfig, uploadLimit }, "blog").volumes.find(
        ({ name }) => name === "uploads",
      );
      const { sizeLimit = "" } = (volume as { emptyDir: { sizeLimit?: string } }).emptyDir;
      assert.ok((quantityBytes(sizeLimit) ?? 0) > room(uploadLimit), uploadLimit);
    }
  });

  it("grants each client address a quarter of the room for uploads, and at least the largest upload", () => {
    const share = (uploadLimit: string) => Number(/\$upload_share \{ default (\d+);/.exec(conf(5, uploadLimit))?.[1]);
    assert.equal(share("64Mi"), 2 ** 28);
    assert.equal(share("2Gi"), 2 ** 31 + 2 ** 20);
    // If a number expired during its upload, it would be negative afterward.
    assert.doesNotMatch(conf(5), /zone=upload\w+:\w+ [^;]*timeout/);
  });

  it("caches pages with the arguments of WordPress's own links, and no page with an invented argument", () => {
    const known = pattern(/# The arguments of WordPress's own links.*\n/);
    for (const args of ["p=1", "page_id=2", "cat=3&paged=2", "feed=rss2", "p=1&"]) assert.match(args, known);
    for (const args of ["s=x", "p=a", "p=1&x=2", "x", "p=12345678901", "preview=true", "rest_route=/", "p=1%26x"]) {
      assert.doesNotMatch(args, known);
    }
  });

  it("ends each log line with the value of the header X-Cache", () => {
    assert.match(conf(5), /log_format cache '[^;]*\$x_cache\$upload_end';/);
    assert.match(conf(5), /access_log \/dev\/stdout cache /);
    assert.match(conf(5), /add_header X-Cache \$x_cache always;/);
  });

  it("writes to its own volumes alone, and limits the size of the cache", () => {
    const { volumes, containers } = pageCachePodSpec(siteConfig, "blog");
    assert.deepEqual(
      volumes.find(({ name }) => name === "pages"),
      { name: "pages", emptyDir: { sizeLimit: "256Mi" } },
    );
    const [, most = ""] = /max_size=(\d+)m/.exec(conf(5)) ?? [];
    assert.equal(Number(most), 128);
    assert.equal(containers[0]?.securityContext.readOnlyRootFilesystem, true);
    assert.deepEqual(
      containers[0]?.volumeMounts.map(({ mountPath }) => mountPath),
      ["/tmp", "/var/cache/nginx", "/var/cache/uploads", "/var/cache/answers", "/etc/wordpress-cache"],
    );
  });
});
