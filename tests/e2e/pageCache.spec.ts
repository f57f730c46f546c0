import * as assert from "node:assert/strict";
import * as http from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { answersLimit, uploadsLimit } from "../../components/pageCache/pageCacheLimits";
import { quantityBytes } from "../../components/kubernetes/quantity";
import { recordFault } from "../support/reliability";
import { siteConfig } from "../support/siteConfig";
import { type Served, SlowReader, SlowSender } from "../support/slowVisitors";
import { logIn, openBrowser } from "./support/browser";
import {
  bytesOnDisk,
  type CachedPage,
  cachePods,
  fromEachCache,
  fromSitePod,
  pagesKept,
  activeGenerations,
} from "./support/caches";
import { Visitor } from "./support/http";
import { LabSite } from "./support/labSite";
import { administrator } from "./support/load";
import { changesFile, testPage, testPages } from "./support/testPages";
import { whileRequesting } from "./support/whileRequesting";
import { mustUse, runCron, sharedPlace, sitePods, wordPressCode } from "./support/sharedSite";

const namespace = "page-cache";
const nodePort = 30122;
const replicas = 2;

describe("the page cache", function () {
  this.timeout(15 * 60_000);
  let site: LabSite;
  let browser: Browser;
  /** Path of the post that WordPress creates on every new site. */
  let post: string;

  before(async () => {
    // Long enough that no page expires during these tests.
    const pageCache = '{"seconds":600}';
    // This machine, as the cache's pods see it: a proxy for these tests.
    const trustedProxies = '["10.86.0.1/32"]';
    site = await LabSite.start(
      sharedPlace(namespace, nodePort, { wordpressReplicas: replicas, pageCache, trustedProxies }),
    );
    await site.project.up();
    browser = await openBrowser();
    post = (await php("echo parse_url(get_permalink(1), PHP_URL_PATH);")).trim();
    await mustUse(site, "e2e-pages.php", testPages);
    // In its first minute a pod of the cache purges its pages by itself.
    await site.cluster.until("the cache's pods are older than a minute", 90, async () =>
      (await cachePods(site)).every(({ status }) => Date.now() - Date.parse(status.startTime ?? "") > 70_000),
    );
  });
  after(async () => {
    await browser?.close();
    await site?.discard();
  });

  const kubectl = (...args: string[]) => site.cluster.kubectl("--namespace", namespace, ...args);
  /** Runs PHP code in WordPress in one pod. @returns its output */
  const php = async (code: string) => {
    const [pod] = await sitePods(site);
    return site.inPod(pod?.metadata.name ?? "", "php", "-r", wordPressCode(code));
  };
  const everywhere = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
    const pages = await fromEachCache(site, path, headers);
    assert.ok(pages.length > 0, "the page cache has no pod");
    return pages;
  };
  const states = (pages: readonly CachedPage[]) => [...new Set(pages.map(({ state }) => state))];
  /** Asserts that every cache pod has the page, with the same bytes as a pod of the site sends. @returns the page */
  const keep = async (path: string): Promise<string> => {
    let pages: CachedPage[] = [];
    // A job may purge the cache between the first request and the second.
    for (let attempt = 1; attempt <= 3 && states(pages).join() !== "HIT"; attempt++) {
      await everywhere(path);
      pages = await everywhere(path);
    }
    assert.deepEqual(states(pages), ["HIT"], path);
    const own = await fromSitePod(site, path);
    assert.match(own.body, /^<!DOCTYPE html>[^]*<\/html>\s*$/);
    for (const { status, body } of pages) {
      assert.equal(status, own.status);
      assert.equal(body, own.body);
    }
    return own.body;
  };
  /** Calls `read` after a purge, and again if the site purges its pages meanwhile, as a new site does. */
  const undisturbed = async <T>(read: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; attempt <= 3; attempt++) {
      await php(`update_option('blogname', 'Attempt ${attempt}');`);
      const before = await activeGenerations(site);
      const found = await read();
      if (isDeepStrictEqual(await activeGenerations(site), before)) return found;
    }
    throw new Error(`the site keeps purging its pages; last changes:\n${await lastChanges()}`);
  };
  const lastChanges = async () => {
    const [pod] = await sitePods(site);
    return site.inPod(pod?.metadata.name ?? "", "tail", "-n40", `wp-content/${changesFile}`);
  };
  const login = async (context: BrowserContext): Promise<Page> => {
    const page = await context.newPage();
    await logIn(page, site.address, await administrator(site));
    return page;
  };

  it("has a pod for each pod of the site, and each pod requests a page from the site once", async () => {
    assert.equal((await cachePods(site)).length, replicas);
    await keep("/");
    const { first, second, compressed } = await undisturbed(async () => ({
      first: await everywhere(post),
      second: await everywhere(post),
      // One cached page for all encodings, compressed for clients that accept it.
      compressed: await everywhere(post, { "accept-encoding": "br, gzip", via: "1.1 proxy" }),
    }));
    assert.deepEqual(states(first), ["MISS"]);
    assert.deepEqual(states(second), ["HIT"]);
    assert.deepEqual(
      second.map(({ body }) => body),
      first.map(({ body }) => body),
    );
    assert.deepEqual(
      compressed.map(({ state, encoding, body }) => [state, encoding, body]),
      first.map(({ body }) => ["HIT", "gzip", body]),
    );
  });

  it("keeps nothing of the dashboard, the login page, REST, searches, files, and forms", async () => {
    for (const path of [
      ...["/wp-login.php", "/wp-admin/", "/wp-cron.php", "/wp-json/wp/v2/posts", "/?rest_route=/wp/v2/posts"],
      ...["/?s=world", "/search/world", "/xmlrpc.php", "/wp-includes/js/wp-embed.min.js", "/?preview=true&p=1"],
    ]) {
      await everywhere(path);
      assert.deepEqual(states(await everywhere(path)), ["BYPASS"], path);
    }
    assert.deepEqual(states(await everywhere("/", { authorization: "Basic YTpi" })), ["BYPASS"]);
  });

  it("shows a logged-in user no anonymous page, and an anonymous visitor no page of a user, in five requests each", async () => {
    await keep("/");
    const context = await browser.newContext();
    const page = await login(context);
    for (let round = 0; round < 5; round++) {
      const response = await page.goto(`${site.address}/`);
      assert.equal(response?.headers()["x-cache"], "BYPASS");
      assert.equal(await page.locator("#wpadminbar").count(), 1);
    }
    await context.close();
    const visitor = await browser.newPage();
    for (let round = 0; round < 5; round++) {
      const response = await visitor.goto(`${site.address}/`);
      assert.equal(response?.headers()["x-cache"], "HIT");
      assert.equal(await visitor.locator("#wpadminbar").count(), 0);
    }
    await visitor.close();
  });

  it("shows a comment to its author at once, and to others after approval", async () => {
    await keep(post);
    const text = "A comment that waits";
    const author = await browser.newPage();
    await author.goto(`${site.address}${post}`);
    await author.fill("#comment", text);
    await author.fill("#author", "Jo");
    await author.fill("#email", "jo@example.com");
    await author.check("#wp-comment-cookies-consent");
    await author.click("#submit");
    await author.waitForSelector(`text=${text}`);
    await author.goto(`${site.address}${post}`);
    assert.equal(await author.locator(`text=${text}`).count(), 1);
    await author.close();
    for (const { body } of await everywhere(post)) assert.ok(!body.includes(text));
    await php(`wp_set_comment_status(get_comments(['search' => '${text}'])[0]->comment_ID, 'approve');`);
    for (const { body } of await everywhere(post)) assert.ok(body.includes(text));
  });

  it("serves an edited post, menu, or option on the next request to every cache pod", async () => {
    const changes: [string, RegExp, string][] = [
      [post, /Edited just now/, "wp_update_post(['ID' => 1, 'post_content' => 'Edited just now']);"],
      ["/", /A new title/, "update_option('blogname', 'A new title');"],
      [
        "/",
        /A new post/,
        "wp_insert_post(['post_title' => 'A new post', 'post_content' => 'x', 'post_status' => 'publish']);",
      ],
      ["/", /Somewhere else/, navigation],
    ];
    for (const [path, expected, code] of changes) {
      await keep(path);
      for (const { body } of await everywhere(path)) assert.doesNotMatch(body, expected);
      await php(code);
      for (const { body } of await everywhere(path)) assert.match(body, expected);
    }
    await keep("/");
    const context = await browser.newContext();
    const page = await login(context);
    // The cache renews the front page before the browser gets its response, unless rendering takes longer than four seconds or a job
    // purges at the same moment.
    let cached: string[] = [];
    for (let attempt = 1; attempt <= 3 && cached.join() !== "HIT"; attempt++) {
      const description = `Said in the dashboard: ${attempt}`;
      await page.goto(`${site.address}/wp-admin/options-general.php`);
      await page.fill("#blogdescription", description);
      await page.click("#submit");
      await page.waitForSelector("text=Settings saved");
      const pages = await everywhere("/");
      for (const { body } of pages) assert.ok(body.includes(description), description);
      cached = states(pages);
    }
    await context.close();
    assert.deepEqual(cached, ["HIT"]);
  });

  it("serves a front page with all changes after concurrent changes", async () => {
    const { host } = new URL(site.address);
    await keep("/");
    const numbers = async () =>
      (await activeGenerations(site)).map((generation) => Number(generation.trim().split("/").pop()));
    // Slow enough that all changes arrive while the front page is rendered for the first one.
    await php("update_option('e2e_wait', 3000000);");
    const rounds: number[][] = [];
    for (let round = 1; round <= 3; round++) {
      await php(`update_option('blogname', 'Round ${round}');`);
      const before = await numbers();
      const purges = (await cachePods(site)).flatMap(({ status }) =>
        [...Array.from({ length: 4 }, () => "/renew-from-front-page" as const), "/renew" as const].map((path) =>
          requestPurge(status.podIP, path, { host }),
        ),
      );
      assert.deepEqual([...new Set(await Promise.all(purges))], [204]);
      for (const { body } of await everywhere("/")) assert.ok(body.includes(`Round ${round}`));
      rounds.push((await numbers()).map((number, index) => number - (before[index] ?? 0)));
    }
    // A round has one more if a job purges at the same moment, or if rendering takes longer than the cache waits.
    assert.ok(
      rounds.some((purges) => purges.every((count) => count === 1 || count === 2)),
      `purges of each pod by five changes, in three rounds: ${rounds.join("; ")}`,
    );
    await php("delete_option('e2e_wait');");
    for (const pod of await cachePods(site)) {
      const generations = await site.inPod(pod.metadata.name, "ls", "/var/cache/nginx/words");
      assert.ok(generations.trim().split("\n").length <= 33, `more than the last 32 generations: ${generations}`);
    }
  });

  it("keeps its pages when WordPress stores transients, events and revisions, and runs due events", async () => {
    await keep("/");
    await php(
      "set_transient('e2e', 1); wp_schedule_single_event(time() + 3600, 'e2e_event'); wp_save_post_revision(1);",
    );
    // Events that are due on a new site: update checks, and deletion of expired keys.
    await runCron(site, "page-cache-cron");
    const pages = states(await everywhere("/"));
    assert.deepEqual(pages, ["HIT"], `last changes:\n${await lastChanges()}`);
  });

  it("hides a password-protected post from visitors without the password", async () => {
    const fields =
      "['post_title' => 'Closed', 'post_content' => 'Only for some', 'post_status' => 'publish', 'post_password' => 'sesame']";
    const closed = (await php(`echo parse_url(get_permalink(wp_insert_post(${fields})), PHP_URL_PATH);`)).trim();
    await keep(closed);
    const page = await browser.newPage();
    await page.goto(`${site.address}${closed}`);
    await page.fill("input[name=post_password]", "sesame");
    await page.click("input[name=Submit]");
    await page.waitForSelector("text=Only for some");
    await page.close();
    for (const { body } of await everywhere(closed)) {
      assert.ok(!body.includes("Only for some"));
      assert.match(body, /name="post_password"/);
    }
  });

  it("caches no error, no private page, no page that sets a cookie, and no page with Vary", async () => {
    for (const [page, status] of [
      ["error", 500],
      ["cookie", 200],
      ["private", 200],
      ["varies", 200],
      ["nothing", 404],
    ] as const) {
      const path = `/?page_id=${testPage[page]}`;
      await everywhere(path);
      for (const { state, status: got } of await everywhere(path))
        assert.deepEqual([state, got], ["MISS", status], page);
    }
  });

  it("keeps pages of http and https apart, and ignores other forwarded headers", async () => {
    const https = { "x-forwarded-proto": "https" };
    for (const { body } of await everywhere("/", https)) assert.match(body, /https:\/\/127\.0\.0\.1:\d+\//);
    for (const { body } of await everywhere("/")) assert.doesNotMatch(body, /https:\/\/127\.0\.0\.1/);
    const odd = { "x-forwarded-proto": "gopher", "x-forwarded-host": "evil.example", "x-original-url": "/wp-admin" };
    for (const { state, body } of await everywhere("/", odd)) {
      assert.equal(state, "HIT");
      assert.ok(!body.includes("evil.example"));
    }
    for (const { status } of await everywhere("/", { host: "evil.example" })) assert.equal(status, 400);
  });

  it("is not filled by nonsense in headers, query arguments, and long URLs", async () => {
    await keep("/");
    const before = await pagesKept(site);
    for (let index = 0; index < 10; index++) {
      await Promise.all([
        everywhere(`/?x=${index}`),
        everywhere(`/?p=1&utm_source=${index}`),
        everywhere(`/?p=${"1".repeat(11)}${index}`),
        everywhere(`/${"a".repeat(600)}${index}`),
        // WordPress's own arguments, so that each number of them is another cache key.
        everywhere(`/?${"cat=1&".repeat(90 + index)}cat=1`),
        everywhere("/", {
          "accept-encoding": `nonsense-${index}`,
          "user-agent": `agent-${index}`,
          "x-odd": `${index}`,
        }),
        everywhere("/", { host: `${index}.example` }),
      ]);
    }
    assert.deepEqual(
      (await everywhere(`/${"a".repeat(10_000)}`)).map(({ status }) => status),
      [414, 414],
    );
    assert.equal(await pagesKept(site), before);
  });

  it("sends one request to PHP per cache pod for a thousand concurrent misses", async () => {
    const path = `/?page_id=${testPage.slow}`;
    // Cached before: requests for a page that is not known yet wait half a second.
    await everywhere(path);
    await php("update_option('e2e_slow', 0);");
    const pods = await cachePods(site);
    const agent = new http.Agent({ keepAlive: false, maxSockets: 1000 });
    const answers = await Promise.all(
      pods.flatMap((pod) =>
        Array.from({ length: 1000 / pods.length }, () => fromEachCache(site, path, {}, { pods: [pod], agent })),
      ),
    );
    assert.ok(answers.flat().every(({ status, body }) => status === 200 && body === "Made slowly"));
    assert.equal((await php("echo get_option('e2e_slow');")).trim(), String(pods.length));
  });

  it("serves a hundred logged-in users at once, each with their own page", async () => {
    const { user, password } = await administrator(site);
    const visitor = new Visitor(site.address, 120_000);
    await visitor.login(user, password);
    const answers = await Promise.all(Array.from({ length: 100 }, () => visitor.get("/wp-admin/index.php")));
    const pages = answers.map(({ status, body }) => [status, body.includes("wpadminbar")].join());
    assert.deepEqual([...new Set(pages)], ["200,true"]);
  });

  it("passes an upload through, and serves it unchanged in full and by range", async () => {
    const bytes = Buffer.alloc(3 * 2 ** 20, "0123456789");
    const context = await browser.newContext();
    const page = await login(context);
    await page.goto(`${site.address}/wp-admin/media-new.php?browser-uploader`);
    await page.setInputFiles("#async-upload", { name: "large.txt", mimeType: "text/plain", buffer: bytes });
    await page.click("#html-upload");
    await page.waitForURL(/upload\.php/);
    await context.close();
    const url = (await php("echo wp_get_attachment_url(get_posts(['post_type' => 'attachment'])[0]->ID);")).trim();
    const whole = await fetch(url);
    assert.ok(Buffer.from(await whole.arrayBuffer()).equals(bytes));
    const part = await fetch(url, { headers: { range: "bytes=1000000-1000009" } });
    assert.deepEqual([part.status, await part.text()], [206, "0123456789"]);
  });

  it("serves every request from the other pod when a pod of the site is deleted with force", async () => {
    const [pod] = await sitePods(site);
    await kubectl("delete", "pod", pod?.metadata.name ?? "", "--force", "--grace-period=0");
    for (let round = 0; round < 20; round++) {
      for (const { status } of await everywhere(`/?s=${round}`)) assert.equal(status, 200);
    }
    await kubectl("rollout", "status", "deployment/wordpress", "--timeout=120s");
  });

  it("serves an expired page complete and unchanged while it is renewed", async () => {
    await site.project.configure({ pageCache: '{"seconds":1}' });
    await site.project.up();
    const path = `/?page_id=${testPage.slower}`;
    const whole = (pages: readonly CachedPage[]) => pages.every(({ body }) => body === "Made slowly");
    assert.ok(whole(await everywhere(path)));
    let stale: CachedPage[] = [];
    await site.cluster.until("the page has expired", 20, async () => {
      stale = await everywhere(path);
      return states(stale).join() === "STALE";
    });
    // It is being rendered, and no visitor waits for it.
    const updating = await everywhere(path);
    assert.deepEqual(states(updating), ["UPDATING"]);
    assert.ok(whole(stale) && whole(updating));
  });

  it("serves a stale front page while the site has no pod", async () => {
    // The previous test set the cache time to one second.
    await everywhere("/");
    const { body: page } = await fromSitePod(site, "/");
    await kubectl("scale", "deployment", "wordpress", "--replicas=0");
    await kubectl("wait", "pods", "--selector=app=wordpress", "--for=delete", "--timeout=120s");
    await site.cluster.until("the page has expired", 10, async () => !states(await everywhere("/")).includes("HIT"));
    const expectStale = async () => {
      for (const { status, state, body } of await everywhere("/")) {
        assert.equal(status, 200);
        assert.match(state, /^(STALE|UPDATING)$/);
        assert.equal(body, page);
      }
    };
    for (let round = 0; round < 5; round++) await expectStale();
    // Two purges without a request between them.
    for (let change = 0; change < 2; change++) {
      for (const { status } of await cachePods(site)) {
        assert.equal(await requestPurge(status.podIP, "/renew"), 204);
      }
      await expectStale();
    }
    assert.equal(await site.status(), 200);
    await kubectl("scale", "deployment", "wordpress", `--replicas=${replicas}`);
    await kubectl("rollout", "status", "deployment/wordpress", "--timeout=120s");
  });

  const search = (index: number) => new Visitor(site.address).get(`/?s=${index}`);

  it("serves pages from ready pods while 64 visitors read a large file slowly and 64 send one", async function () {
    // Three nodes and two specs share two processors and a disk here, and the cache writes 2.5 GB at once, so that a probe may time out. A
    // pod that slow clients block would be unready in each attempt.
    this.retries(2);
    const [pod] = await sitePods(site);
    const file = "wp-content/uploads/large.bin";
    await site.inPod(
      pod?.metadata.name ?? "",
      "sh",
      "-c",
      `mkdir -p wp-content/uploads; head -c 40000000 /dev/urandom > ${file}`,
    );
    /** By pod: when it became ready, and its containers' restarts. */
    const readiness = async () =>
      Object.fromEntries(
        [...(await sitePods(site)), ...(await cachePods(site))].map(({ metadata, status }) => {
          const ready = status.conditions?.find(({ type }) => type === "Ready");
          const restarts = status.containerStatuses?.map(({ restartCount }) => restartCount);
          return [metadata.name, { ready: ready?.status, since: ready?.lastTransitionTime, restarts }];
        }),
      );
    const unhealthy = () => kubectl("get", "events", "--field-selector=reason=Unhealthy", "--output=wide");
    const before = await readiness();
    assert.deepEqual([...new Set(Object.values(before).map(({ ready }) => ready))], ["True"]);
    const { medianMs: idleMs } = await whileRequesting(search, () => wait(10_000));
    const nodePort: Served = {
      request: (path, asked) => http.request(new URL(path, site.address), { ...asked, agent: false }),
    };
    const large = () => nodePort.request(`/${file}`, { method: "GET", headers: {} });
    const readers = Array.from({ length: 64 }, () => new SlowReader(large(), 20_000));
    const senders = Array.from(
      { length: 64 },
      (_, index) => new SlowSender(nodePort, 4_000_000, 5_000, `203.0.113.${index}`),
    );
    try {
      await Promise.all(readers.map(({ begun }) => begun));
      // Longer than the 15 s in which a readiness probe reaches its failure threshold.
      const { failed, medianMs } = await whileRequesting(search, () => wait(30_000));
      assert.deepEqual(failed, []);
      assert.deepEqual([...new Set(readers.map(({ status }) => status))], [200]);
      const cutOff = {
        readers: readers.filter(({ isOpen }) => !isOpen).map(({ bytes }) => `after ${bytes} bytes`),
        senders: senders.filter(({ isOpen }) => !isOpen).map(({ problem }) => problem ?? "answered"),
      };
      assert.deepEqual(cutOff, { readers: [], senders: [] });
      assert.deepEqual(await readiness(), before, await unhealthy());
      const pods = await cachePods(site);
      const onDisk = async (folder: "answers" | "uploads", limit: string) => {
        const bytes = Math.max(...(await Promise.all(pods.map((cachePod) => bytesOnDisk(site, cachePod, folder)))));
        assert.ok(bytes > 0, `no pod has ${folder} on its disk`);
        assert.ok(bytes <= (quantityBytes(limit) ?? 0), `${bytes} bytes of ${folder}, but the volume has ${limit}`);
        return `${Math.round(bytes / 2 ** 20)} MiB of ${folder}`;
      };
      const disk = [
        await onDisk("answers", answersLimit(siteConfig)),
        await onDisk("uploads", uploadsLimit(siteConfig)),
      ].join(" and ");
      recordFault({
        fault: "two pods of WordPress, 64 clients that read a file of 40 MB at 20 kB/s and 64 that upload at 5 kB/s",
        holds:
          "no request fails, no transfer breaks off, every pod stays ready, and what the cache's pods keep on disk stays under its limits",
        measured: `median of a page that is never kept ${medianMs} ms, ${idleMs} ms without them; at most ${disk} in a pod`,
      });
    } finally {
      [...readers, ...senders].forEach((visitor) => visitor.leave());
    }
  });

  it("fails no request while each of its pods is deleted, one after the other", async () => {
    const pods = await cachePods(site);
    const { failed, count } = await whileRequesting(search, async () => {
      for (const { metadata } of pods) {
        await kubectl("delete", "pod", metadata.name);
        await kubectl("rollout", "status", "deployment/wordpress-cache", "--timeout=120s");
      }
    });
    assert.deepEqual(failed, []);
    recordFault({
      fault: "each pod of the page cache is deleted, one after the other",
      holds: "no request fails, each on a connection of its own",
      measured: `${pods.length} pods; 0 of ${count} requests failed`,
    });
  });

  it("fails no request while it is disabled and enabled again", async () => {
    const selector = async () =>
      (
        await site.cluster.json<{ spec: { selector: { app: string } } }>(
          "get",
          "service",
          "wordpress",
          "--namespace",
          namespace,
        )
      ).spec.selector.app;
    const { failed } = await whileRequesting(search, async () => {
      await site.project.configure({ pageCache: '{"enabled":false}' });
      await site.project.up();
      assert.equal(await selector(), "wordpress");
      await site.project.configure({ pageCache: "{}" });
      await site.project.up();
      assert.equal(await selector(), "wordpress-cache");
    });
    assert.deepEqual(failed, []);
  });
});

/** Sends a purge to a pod of the cache. @returns the response's status */
function requestPurge(
  podIP: string | undefined,
  path: "/renew" | "/renew-from-front-page",
  headers: Readonly<Record<string, string>> = {},
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: podIP, port: 8081, path, method: "POST", headers, agent: false });
    request
      .on("response", (response) => resolve(response.resume().statusCode))
      .on("error", reject)
      .end();
  });
}

/** Adds a link to the navigation of the block theme's front page. */
const navigation = `$id = wp_insert_post(['post_type' => 'wp_navigation', 'post_status' => 'publish', 'post_title' => 'Menu',
  'post_content' => '<!-- wp:navigation-link {"label":"Somewhere else","url":"http://127.0.0.1/elsewhere"} /-->']);`;
