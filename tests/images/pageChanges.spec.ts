import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { renderSiteSettings } from "../../components/wordpress/siteFiles";
import { record } from "../support/reliability";
import { siteConfig } from "../support/siteConfig";
import type { Container } from "./support/container";
import { SiteBench, wordpress } from "./support/siteBench";

/** Stands in for a page cache pod, and records the requests that it gets. */
const cache = `<?php
file_put_contents("/cache/requests", $_SERVER["REQUEST_METHOD"] . " " . $_SERVER["REQUEST_URI"] . "\\n", FILE_APPEND);
http_response_code(file_exists("/cache/broken") ? 500 : 204);`;

/** A plugin that runs the code in the file `change` in each request to the site, and in no job. */
const plugin = `<?php
remove_action( 'check_comment_flood', 'check_comment_flood_db', 10 );
add_action( 'wp_loaded', function () {
	if ( 'cli' !== PHP_SAPI ) {
		eval( file_get_contents( WP_CONTENT_DIR . '/change' ) );
	}
} );
`;

/** Code of a plugin that counts page views. */
const countViews = `update_option('views', 1 + (int) get_option('views')); update_post_meta(1, 'views', uniqid());`;
const editPost = "wp_update_post(['ID' => 1, 'post_content' => uniqid()]);";

describe("page cache of a changing site", function () {
  this.timeout(6 * 60_000);
  const bench = new SiteBench();
  let site: Container;
  let folder: string;

  before(async function () {
    this.timeout(600_000);
    await bench.openInstalled();
    const settings = JSON.parse(renderSiteSettings(siteConfig, ["127.0.0.1"])) as object;
    bench.put("settings.json", JSON.stringify({ ...settings, pageCaches: { host: "127.0.0.1", port: 8081 } }));
    folder = bench.workbench.volume(33);
    fs.writeFileSync(path.join(folder, "cache.php"), cache);
    const server = await bench.workbench.start(wordpress, {
      uid: 33,
      args: ["php", "-S", "127.0.0.1:8081", "/cache/cache.php"],
      volumes: { "/cache": folder },
    });
    await server.until("the cache answers", () => server.exec(["curl", "-fs", "127.0.0.1:8081"]).code === 0);
    const plugins = path.join(bench.content, "mu-plugins");
    fs.mkdirSync(plugins);
    fs.writeFileSync(path.join(plugins, "changes.php"), plugin);
    runInRequests("");
    site = await bench.serve(bench.config);
    await site.until("it answers", () => site.exec(["curl", "-fs", "http://127.0.0.1/wp-login.php"]).code === 0);
    php("wp_create_user('reader', 'password', 'reader@example.com');");
    for (const user of ["admin", "reader"]) logIn(user);
    // The first view of the page makes WordPress create a menu.
    assert.equal(request("/"), "200");
  });
  after(() => bench.close());
  afterEach(() => runInRequests(""));

  const runInRequests = (code: string) => fs.writeFileSync(path.join(bench.content, "change"), code);
  const php = (code: string) =>
    site.read([
      "php",
      "-r",
      `require "/var/www/html/wp-load.php"; require_once ABSPATH . "wp-admin/includes/admin.php"; ${code}`,
    ]);
  const cron = () => site.read(["php", "/var/www/html/wp-cron.php"]);
  /** Sends a request, and returns the status of its answer. */
  const request = (url: string, ...options: string[]) =>
    site.read(["curl", "-so", "/dev/null", "-w", "%{http_code}", ...options, `http://127.0.0.1${url}`]);
  const as = (user: string) => ["--cookie", `/tmp/${user}`];
  const post = (fields: Readonly<Record<string, string>> = { x: "1" }) =>
    Object.entries(fields).flatMap(([name, value]) => ["--data-urlencode", `${name}=${value}`]);
  const logIn = (user: string) => {
    const jar = ["--cookie", "wordpress_test_cookie=x", "--cookie-jar", `/tmp/${user}`];
    assert.equal(request("/wp-login.php", ...jar, ...post({ log: user, pwd: "password", testcookie: "1" })), "302");
  };
  const pending = () =>
    Number(bench.rows("select count(*) from wp_options where option_name = 'wordpress_stack_page_change'"));
  /** Requests that the cache gets while `act` runs, beginning with no pending change. */
  const purgesDuring = (act: () => void) => {
    bench.rows("delete from wp_options where option_name = 'wordpress_stack_page_change'");
    const file = path.join(folder, "requests");
    fs.rmSync(file, { force: true });
    act();
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim().split("\n") : [];
  };
  const fromFrontPage = "POST /renew-from-front-page";
  const fromJob = "POST /renew";

  it("is not purged by page views, even if a plugin writes an option and meta at each", () => {
    runInRequests(countViews);
    const views = () => Number(bench.rows("select option_value from wp_options where option_name = 'views'") || 0);
    const before = views();
    const purges = purgesDuring(() => {
      for (const options of [[], ["--head"], as("admin"), as("reader")]) {
        for (let view = 0; view < 5; view++) assert.equal(request("/", ...options), "200");
      }
      assert.equal(pending(), 0);
      cron();
    });
    assert.deepEqual([purges, views() - before], [[], 20]);
    record("Security", {
      fault: "anonymous and logged-in visitors view pages whose plugin writes an option and a post's meta each time",
      holds: "the page cache is not purged, not even by the next job",
      measured: `${views() - before} page views; ${purges.length} purges`,
    });
  });

  it("is purged once by the next job after changes by anonymous requests", () => {
    runInRequests(editPost);
    const purges = purgesDuring(() => {
      for (const options of [[], post(), post()]) assert.equal(request("/", ...options), "200");
      assert.equal(pending(), 1);
    });
    assert.deepEqual(purges, []);
    runInRequests(countViews);
    assert.deepEqual(
      purgesDuring(() => {
        for (let form = 0; form < 5; form++) assert.equal(request("/", ...post()), "200");
        assert.equal(pending(), 1);
        cron();
        assert.equal(pending(), 0);
        cron();
      }),
      [fromJob],
    );
  });

  it("is not purged by a request for a new password", () => {
    const key = () => bench.rows("select user_activation_key from wp_users where user_login = 'admin'");
    const before = key();
    const form = post({ user_login: "admin", "wp-submit": "1" });
    const purges = purgesDuring(() => {
      request("/wp-login.php?action=lostpassword", ...form);
      assert.equal(pending(), 0);
    });
    assert.deepEqual(purges, []);
    assert.notEqual(key(), before);
  });

  it("is not purged for a comment that awaits approval, and is purged by the next job for an approved one", () => {
    const comment = (text: string) => {
      const fields = { comment: text, author: "Jo", email: "jo@example.com", comment_post_ID: "1" };
      assert.equal(request("/wp-comments-post.php", ...post(fields)), "302");
    };
    const waits = purgesDuring(() => {
      comment("It waits");
      assert.equal(pending(), 0);
    });
    assert.deepEqual(waits, []);
    php("update_option('comment_previously_approved', 0);");
    const approved = purgesDuring(() => {
      comment("It is approved at once");
      assert.equal(pending(), 1);
      cron();
    });
    assert.deepEqual(approved, [fromJob]);
  });

  it("is purged when an administrator approves a comment, and when they unapprove one", () => {
    runInRequests("wp_set_comment_status(1, '1' === get_comment(1)->comment_approved ? 'hold' : 'approve');");
    const moderated = () => purgesDuring(() => request("/", ...as("admin"), ...post()));
    assert.deepEqual([moderated(), moderated()], [[fromFrontPage], [fromFrontPage]]);
  });

  it("is purged at once by a user who does more than view the site", () => {
    runInRequests(editPost);
    const purges = (...options: string[]) => purgesDuring(() => request("/", ...options));
    assert.deepEqual(purges(...as("admin"), ...post()), [fromFrontPage]);
    assert.deepEqual(purges(...as("reader"), ...post()), [fromFrontPage]);
    assert.deepEqual(purges(...as("admin")), []);
    assert.equal(pending(), 1);
    // A forged cookie logs no user in.
    const jar = site.read(["cat", "/tmp/admin"]);
    const [, name = ""] = /(wordpress_logged_in_\w+)/.exec(jar) ?? [];
    assert.notEqual(name, "");
    assert.deepEqual(purges("--cookie", `${name}=admin%7C1999999999%7Cx%7Cy`, ...post()), []);
  });

  it("is purged by a change in an administrator's dashboard, and not by one in a subscriber's", () => {
    runInRequests(countViews);
    const views = (user: string, url: string) => purgesDuring(() => assert.equal(request(url, ...as(user)), "200"));
    assert.deepEqual(views("admin", "/wp-admin/index.php"), [fromFrontPage]);
    assert.deepEqual(views("reader", "/wp-admin/profile.php"), []);
  });

  it("is purged again by the next job after it answered with an error", () => {
    const broken = path.join(folder, "broken");
    fs.writeFileSync(broken, "");
    try {
      assert.deepEqual(
        purgesDuring(() => {
          php(editPost);
          assert.equal(pending(), 1);
          fs.rmSync(broken);
          cron();
          assert.equal(pending(), 0);
        }),
        [fromJob, fromJob],
      );
    } finally {
      fs.rmSync(broken, { force: true });
    }
  });

  const visible: readonly [string, string][] = [
    ["a post's text", editPost],
    ["a new post", "wp_insert_post(['post_title' => 'x', 'post_content' => 'x', 'post_status' => 'publish']);"],
    ["a trashed post", "wp_trash_post(wp_insert_post(['post_title' => 'y', 'post_status' => 'publish']));"],
    ["a form, whose post type is not public", form("publish")],
    ["meta of a post", "update_post_meta(1, 'color', uniqid());"],
    ["deleted meta of a post", "add_post_meta(1, 'gone', 1); delete_post_meta(1, 'gone');"],
    ["the featured image of a post", "update_post_meta(1, '_thumbnail_id', random_int(1, 1 << 30));"],
    ["meta of a term", "update_term_meta(1, 'color', uniqid());"],
    ["meta of an author", "update_user_meta(1, 'description', uniqid());"],
    ["meta of an approved comment", "update_comment_meta(1, 'stars', uniqid());"],
    ["an author's name", "wp_update_user(['ID' => 1, 'display_name' => uniqid()]);"],
    ["the category of a post", "wp_set_object_terms(1, uniqid(), 'category');"],
    ["the site's title", "update_option('blogname', uniqid());"],
    ["an approved comment", "wp_set_comment_status(1, 'hold'); wp_set_comment_status(1, 'approve');"],
  ];
  for (const [what, code] of visible) {
    it(`is purged for ${what}`, () => {
      assert.deepEqual(
        purgesDuring(() => php(code)),
        [fromJob],
      );
    });
  }

  const hidden: readonly [string, string][] = [
    ["a draft and its meta", "update_post_meta(wp_insert_post(['post_title' => 'd']), 'color', 'blue');"],
    ["a revision", "wp_save_post_revision(1);"],
    ["an order, whose status is not public", form("wc-processing")],
    [
      "cached oEmbed text",
      "wp_insert_post(['post_type' => 'oembed_cache', 'post_status' => 'publish', 'post_title' => uniqid()]);",
    ],
    [
      "the edit lock of a post",
      "update_post_meta(1, '_edit_lock', uniqid()); update_post_meta(1, '_edit_last', uniqid());",
    ],
    ["meta of a user who is not an author", "update_user_meta(get_user_by('login', 'reader')->ID, 'cart', uniqid());"],
    ["a user's sessions", "WP_Session_Tokens::get_instance(1)->create(time() + 9);"],
    ["a user's password", "wp_set_password('password', 1);"],
    [
      "a comment that awaits approval",
      "update_comment_meta(wp_insert_comment(['comment_post_ID' => 1, 'comment_approved' => 0]), 'stars', 5);",
    ],
    [
      "an unchanged value",
      "update_option('blogdescription', get_option('blogdescription')); update_post_meta(1, 'views', get_post_meta(1, 'views', true));",
    ],
    [
      "internal options of WordPress",
      "set_transient('x', uniqid()); update_option('rewrite_rules', [uniqid() => 1]); wp_schedule_single_event(time() + 3600, 'x', [uniqid()]);",
    ],
  ];
  for (const [what, code] of hidden) {
    it(`is not purged for ${what}`, () => {
      const purges = purgesDuring(() => {
        php(code);
        assert.equal(pending(), 0);
      });
      assert.deepEqual(purges, []);
    });
  }
});

/** Inserts a post of a type that only its plugin registers. */
function form(status: string): string {
  const fields = `'post_type' => 'a_form', 'post_status' => '${status}', 'post_title' => uniqid()`;
  return `register_post_type('a_form'); register_post_status('wc-processing'); wp_insert_post([${fields}]);`;
}
