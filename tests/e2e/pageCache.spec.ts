import * as assert from "node:assert/strict";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { logIn, openBrowser } from "./support/browser";
import { deployCachedSite, expectCached, lastChanges, startCachedSite, undisturbed } from "./support/cachedSite";
import {
  activeGenerations,
  type CachedPage,
  cachePods,
  cacheStates,
  fromEachCache,
  fromSitePod,
  pagesKept,
  requestPurge,
} from "./support/caches";
import type { LabSite } from "./support/labSite";
import { administrator } from "./support/load";
import { runCron, runPhp } from "./support/sharedSite";
import { testPage } from "./support/testPages";

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
    site = await startCachedSite({ namespace, nodePort, replicas });
    await deployCachedSite(site);
    browser = await openBrowser();
    post = (await runPhp(site, "echo parse_url(get_permalink(1), PHP_URL_PATH);")).trim();
  });
  after(async () => {
    await browser?.close();
    await site?.discard();
  });

  const kubectl = (...args: string[]) => site.cluster.kubectl("--namespace", namespace, ...args);

  it("has a pod for each pod of the site, and each pod requests a page from the site once", async () => {
    assert.equal((await cachePods(site)).length, replicas);
    await expectCached(site, "/");
    const { first, second, compressed } = await undisturbed(site, async () => ({
      first: await fromEachCache(site, post),
      second: await fromEachCache(site, post),
      // One cached page for all encodings, compressed for clients that accept it.
      compressed: await fromEachCache(site, post, { "accept-encoding": "br, gzip", via: "1.1 proxy" }),
    }));
    assert.deepEqual(cacheStates(first), ["MISS"]);
    assert.deepEqual(cacheStates(second), ["HIT"]);
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
      await fromEachCache(site, path);
      assert.deepEqual(cacheStates(await fromEachCache(site, path)), ["BYPASS"], path);
    }
    assert.deepEqual(cacheStates(await fromEachCache(site, "/", { authorization: "Basic YTpi" })), ["BYPASS"]);
  });

  it("shows a logged-in user no anonymous page, and an anonymous visitor no page of a user, in five requests each", async () => {
    await expectCached(site, "/");
    const context = await browser.newContext();
    const page = await login(site, context);
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
    await expectCached(site, post);
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
    for (const { body } of await fromEachCache(site, post)) assert.ok(!body.includes(text));
    await runPhp(site, `wp_set_comment_status(get_comments(['search' => '${text}'])[0]->comment_ID, 'approve');`);
    for (const { body } of await fromEachCache(site, post)) assert.ok(body.includes(text));
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
      await expectCached(site, path);
      for (const { body } of await fromEachCache(site, path)) assert.doesNotMatch(body, expected);
      await runPhp(site, code);
      for (const { body } of await fromEachCache(site, path)) assert.match(body, expected);
    }
    await expectCached(site, "/");
    const context = await browser.newContext();
    const page = await login(site, context);
    // The cache renews the front page before the browser gets its response, unless rendering takes longer than four seconds or a job
    // purges at the same moment.
    let cached: string[] = [];
    for (let attempt = 1; attempt <= 3 && cached.join() !== "HIT"; attempt++) {
      const description = `Said in the dashboard: ${attempt}`;
      await page.goto(`${site.address}/wp-admin/options-general.php`);
      await page.fill("#blogdescription", description);
      await page.click("#submit");
      await page.waitForSelector("text=Settings saved");
      const pages = await fromEachCache(site, "/");
      for (const { body } of pages) assert.ok(body.includes(description), description);
      cached = cacheStates(pages);
    }
    await context.close();
    assert.deepEqual(cached, ["HIT"]);
  });

  it("serves a front page with all changes after concurrent changes", async () => {
    const { host } = new URL(site.address);
    await expectCached(site, "/");
    const numbers = async () =>
      (await activeGenerations(site)).map((generation) => Number(generation.trim().split("/").pop()));
    // Slow enough that all changes arrive while the front page is rendered for the first one.
    await runPhp(site, "update_option('e2e_wait', 3000000);");
    const rounds: number[][] = [];
    for (let round = 1; round <= 3; round++) {
      await runPhp(site, `update_option('blogname', 'Round ${round}');`);
      const before = await numbers();
      const purges = (await cachePods(site)).flatMap(({ status }) =>
        [...Array.from({ length: 4 }, () => "/renew-from-front-page" as const), "/renew" as const].map((path) =>
          requestPurge(status.podIP, path, { host }),
        ),
      );
      assert.deepEqual([...new Set(await Promise.all(purges))], [204]);
      for (const { body } of await fromEachCache(site, "/")) assert.ok(body.includes(`Round ${round}`));
      rounds.push((await numbers()).map((number, index) => number - (before[index] ?? 0)));
    }
    // A round has one more if a job purges at the same moment, or if rendering takes longer than the cache waits.
    assert.ok(
      rounds.some((purges) => purges.every((count) => count === 1 || count === 2)),
      `purges of each pod by five changes, in three rounds: ${rounds.join("; ")}`,
    );
    await runPhp(site, "delete_option('e2e_wait');");
    for (const pod of await cachePods(site)) {
      const generations = await site.inPod(pod.metadata.name, "ls", "/var/cache/nginx/words");
      assert.ok(generations.trim().split("\n").length <= 33, `more than the last 32 generations: ${generations}`);
    }
  });

  it("keeps its pages when WordPress stores transients, events and revisions, and runs due events", async () => {
    await expectCached(site, "/");
    await runPhp(
      site,
      "set_transient('e2e', 1); wp_schedule_single_event(time() + 3600, 'e2e_event'); wp_save_post_revision(1);",
    );
    // Events that are due on a new site: update checks, and deletion of expired keys.
    await runCron(site, "page-cache-cron");
    const pages = cacheStates(await fromEachCache(site, "/"));
    assert.deepEqual(pages, ["HIT"], `last changes:\n${await lastChanges(site)}`);
  });

  it("hides a password-protected post from visitors without the password", async () => {
    const fields =
      "['post_title' => 'Closed', 'post_content' => 'Only for some', 'post_status' => 'publish', 'post_password' => 'sesame']";
    const closed = (
      await runPhp(site, `echo parse_url(get_permalink(wp_insert_post(${fields})), PHP_URL_PATH);`)
    ).trim();
    // WordPress forbids caches to keep these pages, since 7.1.
    await fromEachCache(site, closed);
    assert.deepEqual(cacheStates(await fromEachCache(site, closed)), ["MISS"]);
    const page = await browser.newPage();
    await page.goto(`${site.address}${closed}`);
    await page.fill("input[name=post_password]", "sesame");
    await page.click("input[name=Submit]");
    await page.waitForSelector("text=Only for some");
    await page.close();
    for (const { body } of await fromEachCache(site, closed)) {
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
      await fromEachCache(site, path);
      for (const { state, status: got } of await fromEachCache(site, path))
        assert.deepEqual([state, got], ["MISS", status], page);
    }
  });

  it("keeps pages of http and https apart, and ignores other forwarded headers", async () => {
    const https = { "x-forwarded-proto": "https" };
    for (const { body } of await fromEachCache(site, "/", https)) assert.match(body, /https:\/\/127\.0\.0\.1:\d+\//);
    for (const { body } of await fromEachCache(site, "/")) assert.doesNotMatch(body, /https:\/\/127\.0\.0\.1/);
    const odd = { "x-forwarded-proto": "gopher", "x-forwarded-host": "evil.example", "x-original-url": "/wp-admin" };
    for (const { state, body } of await fromEachCache(site, "/", odd)) {
      assert.equal(state, "HIT");
      assert.ok(!body.includes("evil.example"));
    }
    for (const { status } of await fromEachCache(site, "/", { host: "evil.example" })) assert.equal(status, 400);
  });

  it("is not filled by nonsense in headers, query arguments, and long URLs", async () => {
    await expectCached(site, "/");
    const before = await pagesKept(site);
    for (let index = 0; index < 10; index++) {
      await Promise.all([
        fromEachCache(site, `/?x=${index}`),
        fromEachCache(site, `/?p=1&utm_source=${index}`),
        fromEachCache(site, `/?p=${"1".repeat(11)}${index}`),
        fromEachCache(site, `/${"a".repeat(600)}${index}`),
        // WordPress's own arguments, so that each number of them is another cache key.
        fromEachCache(site, `/?${"cat=1&".repeat(90 + index)}cat=1`),
        fromEachCache(site, "/", {
          "accept-encoding": `nonsense-${index}`,
          "user-agent": `agent-${index}`,
          "x-odd": `${index}`,
        }),
        fromEachCache(site, "/", { host: `${index}.example` }),
      ]);
    }
    assert.deepEqual(
      (await fromEachCache(site, `/${"a".repeat(10_000)}`)).map(({ status }) => status),
      [414, 414],
    );
    assert.equal(await pagesKept(site), before);
  });

  it("passes an upload through, and serves it unchanged in full and by range", async () => {
    const bytes = Buffer.alloc(3 * 2 ** 20, "0123456789");
    const context = await browser.newContext();
    const page = await login(site, context);
    await page.goto(`${site.address}/wp-admin/media-new.php?browser-uploader`);
    await page.setInputFiles("#async-upload", { name: "large.txt", mimeType: "text/plain", buffer: bytes });
    await page.click("#html-upload");
    await page.waitForURL(/upload\.php/);
    await context.close();
    const url = (
      await runPhp(site, "echo wp_get_attachment_url(get_posts(['post_type' => 'attachment'])[0]->ID);")
    ).trim();
    const whole = await fetch(url);
    assert.ok(Buffer.from(await whole.arrayBuffer()).equals(bytes));
    const part = await fetch(url, { headers: { range: "bytes=1000000-1000009" } });
    assert.deepEqual([part.status, await part.text()], [206, "0123456789"]);
  });

  it("serves an expired page complete and unchanged while it is renewed", async () => {
    await site.project.configure({ pageCache: '{"seconds":1}' });
    await site.project.up();
    const path = `/?page_id=${testPage.slower}`;
    // Each pod by itself: the page expires on each at another time.
    for (const pod of await cachePods(site)) {
      const request = async () => (await fromEachCache(site, path, {}, { pods: [pod] }))[0];
      assert.equal((await request())?.body, "Made slowly");
      let stale: CachedPage | undefined;
      await site.cluster.until("the page has expired", 40, async () => {
        stale = await request();
        return stale?.state === "STALE";
      });
      // It is being rendered, and no visitor waits for it.
      const updating = await request();
      assert.equal(updating?.state, "UPDATING");
      assert.deepEqual([stale?.body, updating.body], ["Made slowly", "Made slowly"]);
    }
  });

  it("serves a stale front page while the site has no pod", async () => {
    // The previous test set the cache time to one second.
    await fromEachCache(site, "/");
    const { body: page } = await fromSitePod(site, "/");
    await kubectl("scale", "deployment", "wordpress", "--replicas=0");
    await kubectl("wait", "pods", "--selector=app=wordpress", "--for=delete", "--timeout=120s");
    await site.cluster.until(
      "the page has expired",
      10,
      async () => !cacheStates(await fromEachCache(site, "/")).includes("HIT"),
    );
    const expectStale = async () => {
      for (const { status, state, body } of await fromEachCache(site, "/")) {
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
});

async function login(site: LabSite, context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await logIn(page, site.address, await administrator(site));
  return page;
}

/** Adds a link to the navigation of the block theme's front page. */
const navigation = `$id = wp_insert_post(['post_type' => 'wp_navigation', 'post_status' => 'publish', 'post_title' => 'Menu',
  'post_content' => '<!-- wp:navigation-link {"label":"Somewhere else","url":"http://127.0.0.1/elsewhere"} /-->']);`;
