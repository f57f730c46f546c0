import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { healthContainer } from "../../components/wordpress/health";
import { siteFiles } from "../../components/wordpress/siteFiles";
import { claimedHeaders } from "../support/claimedHeaders";
import { siteConfig } from "../support/siteConfig";
import type { Container } from "./support/container";
import { SiteBench } from "./support/siteBench";

/** Must-use plugins: one hides the login page, one redirects it to a page that does not exist. */
const loginPages = {
  hidden: `<?php if ( 'wp-login.php' === basename( $_SERVER['SCRIPT_NAME'] ?? '' ) ) { http_response_code( 404 ); exit; }`,
  redirected: `<?php add_action( 'init', function () {
    if ( 'wp-login.php' === basename( $_SERVER['SCRIPT_NAME'] ?? '' ) ) { wp_safe_redirect( home_url( '/404/' ) ); exit; }
  } );`,
};
const who = `<?php add_action( 'init', function () {
  if ( 'who' === ( $_GET['s'] ?? '' ) ) {
    $claims = array_keys( array_filter( $_SERVER, static fn ( $value ) => is_string( $value ) && str_contains( $value, '6.6.6.6' ) ) );
    exit( implode( ' ', array( $_SERVER['REMOTE_ADDR'], is_ssl() ? 'https' : 'http', ...$claims ) ) );
  }
} );`;
const counter = `<?php add_action( 'init', function () {
  if ( isset( $_GET['count'] ) ) { session_start(); exit( (string) ( $_SESSION['n'] = ( $_SESSION['n'] ?? 0 ) + 1 ) ); }
} );`;

/** Prints the link that WordPress mails to the administrator after a fatal error. WP_INSTALLING keeps plugins from loading. */
const recoveryLink = `define( 'WP_INSTALLING', true ); require '/var/www/html/wp-load.php';
  $links = new WP_Recovery_Mode_Link_Service( new WP_Recovery_Mode_Cookie_Service(), new WP_Recovery_Mode_Key_Service() );
  echo $links->generate_url();`;

describe("pod of the site, as seen by the kubelet and visitors", function () {
  this.timeout(6 * 60_000);
  const bench = new SiteBench();
  let site: Container;
  let health: Container;

  before(async function () {
    this.timeout(900_000);
    await bench.openInstalled();
    bench.put("remoteip.conf", siteFiles({ ...siteConfig, trustedProxies: ["127.0.0.2/32"] })["remoteip.conf"] ?? "");
    bench.putSettings({ trustedProxies: ["127.0.0.2/32"] });
    site = await bench.serveConfigured();
    const [php = "", ...args] = healthContainer({ image: "", env: [], mounts: [] }).command;
    health = await bench.health([php, ...args.map((word) => word.replace("$(POD_IP)", "127.0.0.1"))]);
    await site.until("Apache answers", () => page("/").status === 200);
    await site.until("the health server answers", () => ready().status === 200);
  });
  after(() => bench.close());

  /** A request's status and body. */
  const page = (where: string, ...options: readonly string[]) => {
    const url = where.startsWith("http") ? where : `http://127.0.0.1${where}`;
    const { output } = site.exec(["curl", "-s", "-m", "20", "-w", "\n%{http_code}", ...options, url]);
    const [status = "", ...lines] = output.split("\n").reverse();
    return { status: Number(status), body: lines.reverse().join("\n") };
  };
  const ready = () => page("http://127.0.0.1:8082/");
  const started = () => page("http://127.0.0.1:8083/");
  const sql = (text: string) => bench.rows(text);
  const write = (file: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(bench.content, file)), { recursive: true });
    fs.writeFileSync(path.join(bench.content, file), text);
  };
  const remove = (file: string) => fs.rmSync(path.join(bench.content, file), { recursive: true });
  const fatal = () => site.exec(["bash", "-c", "php /etc/wordpress/fatal.php 2>/dev/null"]);

  it("reports ready by PHP's own server and by Apache, on ports that serve nothing else", () => {
    assert.deepEqual(
      [ready(), started()],
      [
        { status: 200, body: "ready\n" },
        { status: 200, body: "ready\n" },
      ],
    );
    for (const port of [8082, 8083]) {
      assert.equal(page(`http://127.0.0.1:${port}/wp-login.php`).body, "ready\n");
      assert.equal(page(`http://127.0.0.1:${port}/wp-content/plugins/hello.php?x`).body, "ready\n");
    }
    assert.equal(health.output.match(/Accepted|Closing/), null);
  });

  for (const [name, code] of Object.entries(loginPages)) {
    it(`stays ready when a plugin has ${name} the login page`, () => {
      write("mu-plugins/login.php", code);
      assert.notEqual(page("/wp-login.php").status, 200);
      assert.deepEqual([ready().status, started().status], [200, 200]);
      remove("mu-plugins/login.php");
    });
  }

  it("stays ready with a plugin that has a fatal error: the report names it, and visitors get WordPress's error page", () => {
    write("plugins/field/broken.php", "<?php\n/* Plugin Name: Broken */\nfield_function();\n");
    const active = sql("select option_value from wp_options where option_name = 'active_plugins'");
    sql(
      `update wp_options set option_value = 'a:1:{i:0;s:16:"field/broken.php";}' where option_name = 'active_plugins'`,
    );
    const { status, body } = page("/");
    assert.equal(status, 500);
    assert.match(body, /There has been a critical error/);
    assert.deepEqual([ready().status, started().status], [200, 200]);
    assert.deepEqual(fatal(), {
      code: 0,
      output:
        "plugin field: wp-content/plugins/field/broken.php:3: Uncaught Error: Call to undefined function field_function()\n",
    });
    sql(`update wp_options set option_value = '${active}' where option_name = 'active_plugins'`);
    assert.equal(fatal().output, "");
  });

  it("serves the login page to a visitor with WordPress's recovery link while a plugin has a fatal error", () => {
    write("plugins/field/broken.php", "<?php\n/* Plugin Name: Broken */\nfield_function();\n");
    sql(
      `update wp_options set option_value = 'a:1:{i:0;s:16:"field/broken.php";}' where option_name = 'active_plugins'`,
    );
    const url = new URL(site.read(["php", "-r", recoveryLink]).trim());
    assert.equal(url.searchParams.get("action"), "enter_recovery_mode");
    assert.equal(page("/wp-login.php").status, 500);
    const follow = ["-L", "-D", "-", "-b", "/tmp/recovery", "-c", "/tmp/recovery"];
    const { status, body } = page(`${url.pathname}${url.search}`, ...follow);
    assert.match(body, /^HTTP\/1\.1 302 /);
    assert.match(body, /^set-cookie: wordpress_rec_/im);
    assert.match(body, /^location: \S+\/wp-login\.php\?action=entered_recovery_mode/im);
    assert.equal(status, 200);
    assert.match(body, /Recovery Mode Initialized\. Please log in to continue\./);
    // Without the link's cookie the error stays.
    assert.equal(page("/wp-login.php").status, 500);
    // The link is valid once.
    assert.doesNotMatch(page(`${url.pathname}${url.search}`, "-D", "-").body, /^set-cookie: wordpress_rec_/im);
    sql("update wp_options set option_value = 'a:0:{}' where option_name = 'active_plugins'");
  });

  it("stays ready with a theme that has a fatal error in its template, or a syntax error, which the report names", () => {
    write("themes/bad/style.css", "/*\nTheme Name: bad\n*/");
    write("themes/bad/index.php", "<?php\nfield_template();");
    sql("update wp_options set option_value = 'bad' where option_name in ('template', 'stylesheet')");
    const report = (where: string) => new RegExp(`^theme bad: wp-content/themes/bad/${where}`);
    assert.match(
      fatal().output,
      report("index\\.php:2: Uncaught Error: Call to undefined function field_template\\(\\)\n$"),
    );
    write("themes/bad/functions.php", "<?php\n\nfunction (");
    assert.match(fatal().output, report("functions\\.php:3: "));
    assert.equal(page("/").status, 500);
    assert.deepEqual([ready().status, started().status], [200, 200]);
    sql("update wp_options set option_value = 'twentytwentyfour' where option_name in ('template', 'stylesheet')");
    assert.equal(fatal().output, "");
  });

  it("stays ready in WordPress's maintenance mode, in which visitors get 503", () => {
    site.exec(["bash", "-c", "echo '<?php $upgrading = time();' > .maintenance"]);
    assert.equal(page("/").status, 503);
    assert.deepEqual([ready().status, started().status, fatal().output], [200, 200, ""]);
    site.exec(["rm", ".maintenance"]);
  });

  it("stays ready while clients occupy every Apache worker", async () => {
    const hold = `for i in $(seq 40); do (exec 3<>/dev/tcp/127.0.0.1/80; printf 'POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 9\\r\\n\\r\\n' >&3; sleep 15) & done; sleep 4; curl -s -m 4 http://127.0.0.1:8082/; curl -s -m 2 -o /dev/null http://127.0.0.1/ || echo held`;
    assert.equal(site.exec(["bash", "-c", hold]).output, "ready\nheld\n");
    await site.until("Apache answers again", () => page("/readme.html").status === 200);
  });

  it("takes the client's address and scheme from trusted proxies alone, and hides forwarded headers from PHP", () => {
    write("mu-plugins/who.php", who);
    const forged = claimedHeaders.filter((name) => name !== "X-Forwarded-For").map((name) => `${name}: 6.6.6.6`);
    const claim = ["X-Forwarded-For: 6.6.6.6, 203.0.113.66", ...forged].flatMap((line) => ["-H", line]);
    const answerTo = (from: string, proto: string) =>
      page("/?s=who", "--interface", from, ...claim, "-H", `X-Forwarded-Proto: ${proto}`).body;
    assert.equal(answerTo("127.0.0.1", "https"), "127.0.0.1 http");
    for (const [proto, scheme] of Object.entries({
      https: "https",
      "HTTPS, http": "https",
      "http, https": "http",
      nohttps: "http",
    })) {
      assert.equal(answerTo("127.0.0.2", proto), `203.0.113.66 ${scheme}`, proto);
    }
    remove("mu-plugins/who.php");
  });

  it("sends no Vary for forwarded headers, which would prevent the page cache from caching", () => {
    const { body } = page("/", "-I", "-H", "X-Forwarded-Proto: https");
    assert.match(body, /^HTTP\/1.1 200 /);
    assert.doesNotMatch(body, /^vary:.*forwarded/im);
  });

  it("logs the address of the connection or from a trusted proxy, and none that a client claims", async () => {
    for (const [from, claim, address] of [
      ["127.0.0.1", "203.0.113.66", "127.0.0.1"],
      ["127.0.0.1", "203.0.113.66, 127.0.0.2", "127.0.0.1"],
      ["127.0.0.2", "203.0.113.66", "203.0.113.66"],
      ["127.0.0.2", "6.6.6.6, 203.0.113.66", "203.0.113.66"],
    ] as const) {
      const url = `/readme.html?logged=${from},${encodeURIComponent(claim)}`;
      page(url, "--interface", from, "-H", `X-Forwarded-For: ${claim}`);
      const line = () => site.output.split("\n").find((each) => each.includes(`"GET ${url} `)) ?? "";
      await site.until("Apache has written the line", () => line() !== "");
      assert.equal(line().split(" ")[0], address, url);
    }
  });

  it("serves the name localhost to the pod itself, and refuses it to clients behind a proxy", () => {
    assert.equal(page("/", "-H", "Host: localhost:8080").status, 200);
    const far = ["--interface", "127.0.0.2", "-H", "X-Forwarded-For: 203.0.113.66"];
    assert.equal(page("/", "-H", "Host: localhost:8080", ...far).status, 400);
    assert.equal(page("/", "-H", "Host: 127.0.0.1:30007", ...far).status, 200);
  });

  it("has phpMemory as WordPress's memory limit, in the dashboard and in jobs too", () => {
    const limits = (memory: string) => {
      const code = `require "/var/www/html/wp-load.php"; foreach (["admin", "cron", "image"] as $context) { wp_raise_memory_limit($context); echo ini_get("memory_limit"), " "; }`;
      return site.exec(["php", "-d", `memory_limit=${memory}`, "-r", code]).output.trim();
    };
    for (const memory of ["67108864", "100663296", "1073741824"]) {
      assert.equal(limits(memory), [memory, memory, memory].join(" "));
    }
  });

  it("stores PHP sessions in a folder of the claim that only www-data may read and no visitor can reach", () => {
    write("mu-plugins/counter.php", counter);
    const count = () => page("/?count", "-b", "/tmp/jar", "-c", "/tmp/jar").body;
    assert.deepEqual([count(), count(), count()], ["1", "2", "3"]);
    const folder = path.join(path.dirname(bench.content), "sessions");
    const { mode, uid } = fs.statSync(folder);
    assert.deepEqual([(mode & 0o777).toString(8), uid], ["700", 33]);
    const [session = ""] = fs.readdirSync(folder);
    assert.match(session, /^sess_/);
    assert.equal(fs.statSync(path.join(folder, session)).mode & 0o077, 0);
    assert.notEqual(page(`/wp-content/../../sessions/${session}`, "--path-as-is").status, 200);
    remove("mu-plugins/counter.php");
  });

  it("recompiles edited code for WordPress's own check, and not for a visitor with a forged nonce", () => {
    write("plugins/field/edited.php", "<?php\n/* Plugin Name: Edited */\n");
    // opcache does not cache a file that is younger than two seconds.
    fs.utimesSync(path.join(bench.content, "plugins/field/edited.php"), 1e9, 1e9);
    sql(
      `update wp_options set option_value = 'a:1:{i:0;s:16:"field/edited.php";}' where option_name = 'active_plugins'`,
    );
    sql("insert into wp_options (option_name, option_value) values ('_transient_scrape_key_abc', '42')");
    const check = (nonce: string) => page(`/?wp_scrape_key=abc&wp_scrape_nonce=${nonce}`).body;
    assert.equal(page("/").status, 200);
    // opcache serves the previous file for 20 s. The new file on the claim has a fatal error.
    write("plugins/field/edited.php", "<?php\n/* Plugin Name: Edited */\nfield_edited();\n");
    assert.equal(page("/").status, 200);
    assert.doesNotMatch(check("41"), /field_edited/);
    assert.match(check("42"), /###### wp_scraping_result_start:abc ######.*field_edited/s);
    sql("update wp_options set option_value = 'a:0:{}' where option_name = 'active_plugins'");
  });

  it("is not ready without its database, and logs the reason", async () => {
    await bench.stopDatabase();
    const { status, body } = ready();
    assert.equal(status, 503);
    assert.match(body, /^no connection to the database: /);
    assert.equal(started().status, 503);
    await health.until("it is written", () => health.output.includes("Not ready: no connection to the database"));
  });

  it("is not ready when Apache does not listen", async () => {
    await site.stop("WINCH");
    const { output } = health.exec(["curl", "-s", "http://127.0.0.1:8082/"]);
    assert.equal(output, "Apache does not listen on port 80\n");
  });
});
