import * as assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Browser, Page } from "playwright-core";
import { isReady } from "../../components/kubernetes/conditions";
import type { Volume } from "../../components/kubernetes/objects";
import { labPaths } from "../../lab/support/paths";
import { failure } from "../support/failure";
import { offeredRelease } from "../support/offeredRelease";
import { logIn, openBrowser, outputFolder } from "./support/browser";
import { assertDestroyed } from "./support/convergence";
import { Visitor } from "./support/http";
import { LabSite } from "./support/labSite";
import { administrator } from "./support/load";
import { pluginArchive, PluginRepository } from "./support/pluginRepository";
import {
  ask,
  inEachPod,
  mustUse,
  replacePods,
  runPhp,
  runCron,
  sharedPlace,
  sitePods,
  wordPressCode,
} from "./support/sharedSite";
import { whileRequesting } from "./support/whileRequesting";

const namespace = "shared-content";
const nodePort = 30077;
const slug = "just-another-plugin";
const plugin = `<?php
/* Plugin Name: Just another plugin */
add_action( 'wp_footer', function () { echo '<!-- just another plugin -->'; } );
add_action( 'admin_init', function () { header( 'X-Pod: ' . gethostname() ); } );
`;

describe("content: shared on three nodes", function () {
  this.timeout(15 * 60_000);
  let site: LabSite;
  let browser: Browser;
  let page: Page;

  before(async () => {
    site = await LabSite.start(
      sharedPlace(namespace, nodePort, {
        wordpressReplicas: 3,
        wordpressImage: "wordpress:6.5-apache",
        siteTitle: `It's "just" <another> $(pod) & more`,
        siteHosts: ["blog.example.com"],
        // This machine's address in the site's pods: these tests act as a proxy.
        trustedProxies: ["10.86.0.1/32"],
      }),
    );
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  /** Runs PHP code in WordPress in each pod, and asserts that all outputs are the same. @returns the output */
  async function everywhere(code: string): Promise<string> {
    const printed = await inEachPod(site, "php", "-r", wordPressCode(code));
    const [first = "", ...others] = Object.values(printed);
    assert.ok(
      others.every((text) => text === first),
      JSON.stringify(printed),
    );
    return first;
  }

  it("is refused on a class without ReadWriteMany, before anything is created", async () => {
    await site.project.configure({ contentStorageClass: "standard" });
    const output = await failure(site.project.up());
    assert.match(
      output,
      /contentStorageClass: "standard" has no volumes that many nodes can write to: .*ReadWriteMany/,
    );
    for (const remedy of ["contentStorageClass NAME", "contentAccessMode ReadWriteOnce", "content perPod"]) {
      assert.ok(output.includes(`pulumi config set ${remedy}`), remedy);
    }
    assert.ok(!(await site.cluster.names("namespaces")).includes(namespace));
    // The probe's namespace is deleted a moment later.
    const left = async () => (await site.cluster.names("namespaces")).filter((name) => name.includes("trial"));
    await site.cluster.until("the probe has left nothing", 60, async () => (await left()).length === 0);
    await site.project.configure({ contentStorageClass: "shared" });
  });

  it("is deployed with three pods at once as one site, with the configured title", async () => {
    const { steps } = await site.project.up();
    const pods = await sitePods(site);
    assert.deepEqual(pods.map(({ spec }) => spec.nodeName).sort(), ["k0", "k1", "k2"]);
    assert.equal((await site.rows("show tables")).trim().split("\n").length, 12);
    assert.equal((await site.rows("select user_login from wp_users")).trim(), "admin");
    assert.equal(
      await everywhere("echo get_option('blogname');"),
      "It&#039;s &quot;just&quot; &lt;another&gt; $(pod) &amp; more",
    );
    const deployment = steps.find(({ type }) => type.endsWith(":Deployment"));
    assert.equal(deployment?.operation, "create");
  });

  it("has all of the image's content on the claim, byte for byte", async () => {
    const sums = "find . -type f -print0 | sort -z | xargs -0 sha256sum";
    const at = async (folder: string) => inEachPod(site, "sh", "-c", `cd ${folder} && ${sums}`);
    const [image = ""] = Object.values(await at("/usr/src/wordpress/wp-content"));
    assert.ok(image.split("\n").length > 100, "the image's files were not found");
    for (const content of Object.values(await at("/var/www/html/wp-content"))) assert.equal(content, image);
  });

  it("accepts the stack's admin password at login in a browser", async () => {
    assert.equal((await site.project.outputs()).adminPassword, "[secret]");
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await logIn(page, site.address, await administrator(site));
  });

  it("has a plugin that was uploaded in the dashboard active on every pod through 60 pages", async () => {
    const file = path.join(outputFolder, `${slug}.zip`);
    fs.writeFileSync(file, await pluginArchive(site, slug, { [`${slug}.php`]: plugin }));
    await page.goto(`${site.address}/wp-admin/plugin-install.php?tab=upload`);
    await page.setInputFiles("#pluginzip", file);
    await page.click("#install-plugin-submit");
    await page.waitForSelector("text=Plugin installed successfully");
    const listed = JSON.parse(await everywhere("echo json_encode(array_keys(get_plugins()));")) as string[];
    assert.ok(listed.includes(`${slug}/${slug}.php`), listed.join(", "));
    await page.click("text=Activate Plugin");
    await page.waitForSelector("text=Plugin activated");
    const asked = new Set<string | undefined>();
    for (let round = 0; round < 60; round++) {
      const response = await page.request.get(`${site.address}/wp-admin/plugins.php?round=${round}`);
      asked.add(response.headers()["x-pod"]);
      const html = await response.text();
      assert.match(html, new RegExp(`<tr class=['"]active['"][^>]*data-slug=['"]${slug}['"]`), `round ${round}`);
      assert.ok(!html.includes("has been deactivated"), `round ${round}`);
    }
    assert.deepEqual([...asked].sort(), (await sitePods(site)).map(({ metadata }) => metadata.name).sort());
    assert.match((await new Visitor(site.address).get("/")).body, /<!-- just another plugin -->/);
    await page.goto(`${site.address}/wp-admin/plugins.php`);
    await page.screenshot({ path: path.join(outputFolder, "plugins.png") });
  });

  let picture: { readonly url: string; readonly sum: string };
  const sumsOfPicture = async () =>
    inEachPod(site, "sh", "-c", `curl -fsS 'http://127.0.0.1${picture.url}' | sha256sum | cut -c1-64`);

  it("serves the same bytes of an uploaded picture from every pod", async () => {
    const file = path.join(outputFolder, "plugins.png");
    await page.goto(`${site.address}/wp-admin/media-new.php?browser-uploader`);
    await page.setInputFiles("#async-upload", file);
    await page.click("#html-upload");
    await page.waitForURL(/upload\.php/);
    const url = new URL(
      await everywhere("echo wp_get_attachment_url(get_posts(['post_type' => 'attachment'])[0]->ID);"),
    );
    picture = { url: url.pathname, sum: createHash("sha256").update(fs.readFileSync(file)).digest("hex") };
    for (const sum of Object.values(await sumsOfPicture())) assert.equal(sum.trim(), picture.sum);
  });

  it("keeps the uploaded plugin and picture, and the deletion of a bundled plugin, when all pods are replaced", async () => {
    await page.goto(`${site.address}/wp-admin/plugins.php`);
    page.once("dialog", (dialog) => void dialog.accept());
    await page.locator('tr[data-plugin="akismet/akismet.php"] .delete a').focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=was successfully deleted");
    await replacePods(site);
    const listed = await everywhere("echo json_encode(array_keys(get_plugins()));");
    assert.ok(!listed.includes("akismet") && listed.includes(slug), listed);
    for (const sum of Object.values(await sumsOfPicture())) assert.equal(sum.trim(), picture.sum);
  });

  it("applies the configured limits in PHP", async () => {
    const limits = "echo wp_max_upload_size(), ' ', ini_get('memory_limit');";
    assert.equal(await everywhere(limits), `${64 * 2 ** 20} ${256 * 2 ** 20}`);
  });

  it("runs a changed file on every pod within 30 s, though opcache checks files seldom", async () => {
    const headers = () =>
      inEachPod(
        site,
        "sh",
        "-c",
        "curl -sI http://127.0.0.1/wp-login.php | sed -n 's/^X-Version: //p' | tr -d '\\r\\n'",
      );
    const haveVersion = async (version: string) => Object.values(await headers()).every((found) => found === version);
    for (const version of ["one", "two"]) {
      await mustUse(site, "version.php", `<?php header( 'X-Version: ${version}' );`);
      await site.cluster.until(`every pod runs version ${version}`, 30, () => haveVersion(version));
    }
  });

  it("serves only its own host names", async () => {
    const login = `${site.address}/wp-login.php`;
    assert.match(await ask(login, { Host: "evil.example" }), /^HTTP\/1\.1 400 [^]*siteHosts/);
    assert.match(await ask(login, { Host: "6.6.6.6:30077" }), /^HTTP\/1\.1 400 /);
    assert.match(await ask(login, { Host: "localhost:8080" }), /^HTTP\/1\.1 400 /);
    const proxied = await ask(`${site.address}/`, { Host: "blog.example.com", "X-Forwarded-Proto": "https" });
    assert.match(proxied, /^HTTP\/1\.1 200 [^]*https:\/\/blog\.example\.com\/wp-/);
    assert.ok(!/http:\/\/127\.0\.0\.1|evil/.test(proxied));
    const [node] = await site.cluster
      .json<{ items: { status: { addresses: { type: string; address: string }[] } }[] }>("get", "nodes")
      .then(({ items }) => items);
    const address = node?.status.addresses.find(({ type }) => type === "InternalIP")?.address ?? "";
    assert.match(await ask(login, { Host: `${address}:${nodePort}` }), /^HTTP\/1\.1 200 /);
  });

  it("takes the last untrusted address of X-Forwarded-For as the visitor's, from a trusted proxy", async () => {
    await mustUse(
      site,
      "who.php",
      `<?php add_action( 'init', function () { if ( 'who' === ( $_GET['s'] ?? '' ) ) { exit( 'client ' . $_SERVER['REMOTE_ADDR'] ); } } );`,
    );
    const who = `${site.address}/?s=who`;
    assert.match(await ask(who, { "X-Forwarded-For": "6.6.6.6, 203.0.113.66" }), /client 203\.0\.113\.66$/);
    assert.match(await ask(who, { "X-Real-IP": "6.6.6.6" }), /client 10\.86\.0\.1$/);
  });

  it("shares a visitor's PHP session on all three pods", async () => {
    await mustUse(
      site,
      "count.php",
      `<?php add_action( 'init', function () { if ( isset( $_GET['count'] ) ) { session_start(); exit( (string) ( $_SESSION['n'] = ( $_SESSION['n'] ?? 0 ) + 1 ) ); } } );`,
    );
    const visitor = new Visitor(site.address);
    const counts: number[] = [];
    for (let visit = 0; visit < 21; visit++) counts.push(Number((await visitor.get("/?count")).body));
    assert.deepEqual(
      counts,
      Array.from({ length: 21 }, (_, index) => index + 1),
    );
  });

  it("keeps its pods ready with a plugin that has a fatal error, which up names; visitors get WordPress's error page", async () => {
    const [pod] = await sitePods(site);
    const name = pod?.metadata.name ?? "";
    const broken = "<?php\n/* Plugin Name: Field */\nfield_function_that_is_not_there();";
    const put = `mkdir -p wp-content/plugins/field && cat > wp-content/plugins/field/field.php <<'END'\n${broken}\nEND`;
    await site.inPod(name, "sh", "-c", put);
    const active = (change: string) => wordPressCode(`update_option('active_plugins', ${change});`);
    await site.inPod(name, "php", "-r", active("[...get_option('active_plugins'), 'field/field.php']"));
    await site.project.configure({ keyRotation: "2" });
    await site.project.up();
    assert.match(site.project.transcript, /plugin field: wp-content\/plugins\/field\/field\.php:3: .*field_function/);
    const { status, body } = await new Visitor(site.address).get("/?s=broken");
    assert.equal(status, 500);
    assert.match(body, /There has been a critical error/);
    const pods = await sitePods(site);
    assert.equal(pods.length, 3);
    assert.ok(pods.every(isReady));
    await site.inPod(pods[0]?.metadata.name ?? "", "rm", "-r", "wp-content/plugins/field");
    await site.cluster.until("the site answers again", 40, async () => (await site.status()) === 200);
  });

  it("runs a due event once, by the CronJob and not by visitors", async () => {
    const [pod] = await sitePods(site);
    const name = pod?.metadata.name ?? "";
    const listener = `<?php add_action( 'e2e_event', function () { global $wpdb; $wpdb->insert( $wpdb->options, array( 'option_name' => uniqid( 'e2e_ran_' ), 'option_value' => '' ) ); } );`;
    await mustUse(site, "e2e.php", listener);
    await site.inPod(name, "php", "-r", wordPressCode("wp_schedule_single_event(time() - 60, 'e2e_event');"));
    for (let visit = 0; visit < 12; visit++) await new Visitor(site.address).get(`/?s=${visit}`);
    const ran = async () =>
      Number(await site.rows("select count(*) from wp_options where option_name like 'e2e_ran_%'"));
    assert.equal(await ran(), 0);
    // One at a time, as by the CronJob, which could start its own job at the same moment.
    const suspend = (is: boolean) => {
      const patch = JSON.stringify({ spec: { suspend: is } });
      return site.cluster.kubectl("--namespace", namespace, "patch", "cronjob", "wordpress-cron", "--patch", patch);
    };
    await suspend(true);
    for (const job of ["first", "second"]) await runCron(site, job);
    await suspend(false);
    assert.equal(await ran(), 1);
  });

  it("tells at the next up, and by an output, that WordPress has learnt of a newer release", async () => {
    await mustUse(site, "releases.php", offeredRelease("99.1"));
    await runPhp(site, "wp_schedule_single_event(time() - 60, 'wp_version_check');");
    // The CronJob's own job may run the event at that moment. The second job finds what either of them has learnt.
    for (const job of ["release-check", "release-check-again"]) await runCron(site, job);
    const { changes } = await site.project.up();
    assert.deepEqual(Object.keys(changes), ["same"]);
    assert.match(site.project.transcript, /WordPress 99\.1 is available; the site runs 6\.5\.5\./);
    assert.deepEqual((await site.project.outputs()).wordpressUpdate, {
      running: "6.5.5",
      release: "99.1",
      security: false,
      image: "wordpress:99.1-apache",
    });
    await inEachPod(site, "rm", "-f", "wp-content/mu-plugins/releases.php");
    await runPhp(site, "delete_site_transient('update_core');");
  });

  it("installs a listed plugin, refuses one with a wrong checksum, and deactivates one that was removed from the list", async () => {
    const repository = await PluginRepository.start(site);
    const archive = await pluginArchive(site, "from-the-list", {
      "from-the-list.php": "<?php\n/* Plugin Name: From the list */\n",
    });
    const list = await repository.put("from-the-list", "1.0", archive);
    const active = () => everywhere("echo json_encode(get_option('active_plugins'));");
    const settings: Record<string, string> = {};
    for (const [key, value] of Object.entries(list)) settings[`plugins[0].${key}`] = value;
    settings.pluginRepository = repository.address;

    await site.project.configure({ ...settings, "plugins[0].sha256": "0".repeat(64) });
    const output = await failure(site.project.up());
    assert.match(output, /Job wordpress-extensions failed/);
    assert.match(output, /from-the-list 1\.0: the archive's sha256 is .*nothing was unpacked/);
    assert.equal(await site.status(), 200);
    assert.ok(!(await active()).includes("from-the-list"));

    await site.project.configure({ "plugins[0].sha256": list.sha256 });
    await site.project.up();
    assert.match(await active(), /from-the-list/);
    await site.project.pulumi("config", "rm", "plugins");
    await site.project.up();
    assert.ok(!(await active()).includes("from-the-list"));
    assert.match(await active(), new RegExp(slug));
    await repository.stop();
  });

  it("scales to ten pods and to one on the same claim", async () => {
    const uid = async () =>
      (await site.cluster.json<Volume>("get", "persistentvolumeclaim", "wordpress-content", "--namespace", namespace))
        .metadata.uid;
    const before = await uid();
    const claims = await site.claims();
    // The page cache has as many pods as the site, at most three.
    for (const [replicas, updates] of [
      [10, 1],
      [1, 2],
    ]) {
      await site.project.configure({ wordpressReplicas: String(replicas) });
      const { changes } = await site.project.up();
      assert.deepEqual(Object.keys(changes).sort(), ["same", "update"]);
      assert.equal(changes.update, updates);
      await site.cluster.until(`${replicas} pods`, 60, async () => (await sitePods(site)).length === replicas);
      for (const sum of Object.values(await sumsOfPicture())) assert.equal(sum.trim(), picture.sum);
    }
    assert.equal(await uid(), before);
    assert.deepEqual(await site.claims(), claims);
  });

  it("is upgraded from WordPress 6.5 to 6.8 and 7.1 without a failed request, with its plugin, picture and menu, once no plugin is fatal there", async () => {
    await site.project.configure({ wordpressReplicas: "2" });
    await site.project.up();
    const version = () => everywhere("echo $GLOBALS['wp_version'];");
    assert.match(await version(), /^6\.5/);
    await runPhp(site, "wp_create_nav_menu('Main');");
    const meanwhile = await whileRequesting(() => new Visitor(site.address).get("/"), refusesFatalPlugin);
    assert.deepEqual(meanwhile.failed, []);
    assert.match(await version(), /^6\.5/);
    for (const [tag, release] of [
      ["6.8-php8.4-apache", /^6\.8/],
      ["7.1-php8.4-apache", /^7\.1/],
    ] as const) {
      const { failed } = await whileRequesting(
        () => new Visitor(site.address).get("/"),
        async () => {
          await site.project.configure({ wordpressImage: `wordpress:${tag}` });
          await site.project.up();
        },
      );
      assert.deepEqual(failed, []);
      await site.cluster.until("the old pods have terminated", 60, async () => (await sitePods(site)).length === 2);
      assert.match(await version(), release);
    }
    assert.equal(await everywhere("echo wp_get_nav_menu_object('Main')->name;"), "Main");
    const isCurrent =
      "require ABSPATH . WPINC . '/version.php'; var_dump((string) $wp_db_version === get_option('db_version'));";
    assert.match(await everywhere(isCurrent), /bool\(true\)/);
    assert.match((await new Visitor(site.address).get("/")).body, /<!-- just another plugin -->/);
    for (const sum of Object.values(await sumsOfPicture())) assert.equal(sum.trim(), picture.sum);
    assert.equal((await site.rows("select count(*) from wp_users")).trim(), "1");
  });

  /** Asserts that an image is refused whose PHP a plugin cannot run on. PHP has a function `array_find` itself since 8.4. */
  async function refusesFatalPlugin(): Promise<void> {
    const folder = "wp-content/plugins/finder";
    const code = "<?php\n/* Plugin Name: Finder */\nfunction array_find( $a ) {}";
    const put = `mkdir -p ${folder} && cat > ${folder}/finder.php <<'END'\n${code}\nEND`;
    const [pod] = await sitePods(site);
    const name = pod?.metadata.name ?? "";
    await site.inPod(name, "sh", "-c", put);
    const active = (change: string) => runPhp(site, `update_option('active_plugins', ${change});`);
    await active("[...get_option('active_plugins'), 'finder/finder.php']");
    await site.project.configure({ wordpressImage: "wordpress:6.8-php8.4-apache" });
    const output = await failure(site.project.up());
    assert.match(output, /plugin finder: wp-content\/plugins\/finder\/finder\.php:3: Cannot redeclare/);
    assert.match(output, /no pod was replaced and no table was changed: update or deactivate that plugin/);
    await active("array_values(array_diff(get_option('active_plugins'), ['finder/finder.php']))");
    await site.inPod(name, "rm", "-r", folder);
  }

  it("has nothing to do at the second up", async () => {
    const { changes } = await site.project.up();
    assert.deepEqual(Object.keys(changes), ["same"]);
  });

  it("leaves no object, claim, volume or file after destroy", async () => {
    await site.project.destroy();
    await assertDestroyed(site);
    assert.deepEqual(
      fs.readdirSync(labPaths.volumes).filter((folder) => folder.includes(`_${namespace}_`)),
      [],
    );
  });
});
