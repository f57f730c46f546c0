import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { offeredRelease } from "../support/offeredRelease";
import type { Container } from "./support/container";
import { SiteBench, wordpress } from "./support/siteBench";

/** File that an injected command would create: on the claim, which all jobs mount. */
const trace = "/var/www/html/wp-content/ran";
const title = `It's "just" \`touch ${trace}\` $(touch ${trace}) <?php touch("${trace}"); ?> <script>1</script> \\ %s 'é' \u{1F600}`;
const wwwData = 33;
const password = `pass'"word\\ $(touch ${trace}) %`;

describe("jobs of a site with shared content", function () {
  this.timeout(6 * 60_000);
  const bench = new SiteBench();
  const rows = (sql: string) => bench.rows(sql);

  before(async function () {
    this.timeout(600_000);
    await bench.open();
  });
  after(() => bench.close());

  it("have PHP files without syntax errors", async () => {
    const check = 'for file in /etc/wordpress/*.php; do php -l "$file" || exit; done; echo all are valid';
    const volumes = { "/etc/wordpress": bench.config };
    const container = await bench.workbench.start(wordpress, { args: ["bash", "-c", check], volumes });
    await container.ended();
    assert.match(container.output, /pageCache\.php[^]*all are valid\n$/);
  });

  it("are tested with queries that fail when the database fails", () => {
    assert.throws(() => bench.rows("select no_such_column"), /mariadb ended with 1: [^]*no_such_column/);
  });

  describe("fill job", () => {
    const fill = (claim: string, before?: string) => bench.fill(claim, before);
    const count = (folder: string) =>
      fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
    let whole: number;

    it("copies all of the image's wp-content to the claim, and nothing else", async () => {
      const claim = bench.claim();
      await (await fill(claim)).ended();
      whole = count(claim);
      assert.ok(whole > 100, `${whole} files`);
      assert.deepEqual(fs.readdirSync(claim).sort(), ["sessions", "wp-content"]);
      const image = path.join(bench.workbench.image(wordpress).rootfs, "usr/src/wordpress/wp-content");
      assert.equal(
        execFileSync("diff", ["--recursive", "--brief", image, path.join(claim, "wp-content")]).toString(),
        "",
      );
    });

    it("creates one wp-content when two runs overlap", async () => {
      const claim = bench.claim();
      const runs = await Promise.all([fill(claim), fill(claim)]);
      await Promise.all(runs.map((run) => run.ended()));
      assert.deepEqual(fs.readdirSync(claim).sort(), ["sessions", "wp-content"]);
      assert.equal(count(claim), whole);
    });

    it("creates no wp-content when it is killed, and all of it in the next run", async () => {
      const claim = bench.claim();
      // It never renames the folder.
      const cut = await fill(claim, "mv() { sleep 60; }; export -f mv");
      const copied = () => fs.readdirSync(claim).some((name) => count(path.join(claim, name)) === whole);
      await cut.until("it has copied", copied);
      await cut.remove();
      assert.ok(!fs.existsSync(path.join(claim, "wp-content")));
      await (await fill(claim)).ended();
      assert.equal(count(path.join(claim, "wp-content")), whole);
    });

    it("restores no file that was deleted or changed after the first run", async () => {
      const claim = bench.claim();
      await (await fill(claim)).ended();
      fs.rmSync(path.join(claim, "wp-content/plugins/akismet/akismet.php"));
      fs.writeFileSync(path.join(claim, "wp-content/index.php"), "<?php // mine");
      await (await fill(claim)).ended();
      assert.ok(!fs.existsSync(path.join(claim, "wp-content/plugins/akismet/akismet.php")));
      assert.equal(fs.readFileSync(path.join(claim, "wp-content/index.php"), "utf8"), "<?php // mine");
    });
  });

  describe("install job", () => {
    before(() => bench.fillContent());

    const administrator = { ADMIN_USER: "Ada Lovelace", ADMIN_EMAIL: "ada@example.com", ADMIN_PASSWORD: password };
    const install = (given: Readonly<Record<string, string>> = {}) =>
      bench.install({ SITE_TITLE: title, ...administrator, ...given });

    it("creates one site when two runs overlap", async () => {
      const runs = await Promise.all([install(), install()]);
      await Promise.all(runs.map((run) => run.ended()));
      assert.equal(rows("select count(*) from information_schema.tables where table_schema = 'wordpress'"), "12");
      assert.equal(rows("select user_login, user_email from wp_users"), "Ada Lovelace\tada@example.com");
      const said = runs.map((run) => run.output).join("");
      assert.equal(said.match(/Created the site\./g)?.length, 1, said);
      assert.match(said, /The site exists; db_version: /);
    });

    it("completes an interrupted installation that has only some tables", async () => {
      rows("drop table wp_users, wp_usermeta, wp_options, wp_posts, wp_comments, wp_terms, wp_term_taxonomy");
      const run = await install();
      await run.ended();
      assert.match(run.output, /Created the site\./);
      assert.equal(rows("select user_login from wp_users"), "Ada Lovelace");
    });

    it("completes an interrupted installation that has all tables and no user", async () => {
      const later = [
        "users",
        "usermeta",
        "posts",
        "postmeta",
        "terms",
        "term_taxonomy",
        "term_relationships",
        "comments",
      ];
      rows(later.map((table) => `delete from wp_${table};`).join(" "));
      const run = await install();
      await run.ended();
      assert.match(run.output, /Created the site\./);
      assert.equal(rows("select user_login from wp_users"), "Ada Lovelace");
      assert.match(rows("select post_title from wp_posts"), /Hello world!/);
    });

    it("completes an interrupted installation whose user is not an administrator yet", async () => {
      rows("drop database wordpress; create database wordpress");
      const cut = `<?php $GLOBALS["wp_filter"]["user_register"][10]["cut"] = ["function" => fn() => exit(9), "accepted_args" => 1];`;
      const env = { SITE_TITLE: title, ...administrator, CUT: cut };
      const php = "php -d auto_prepend_file=/tmp/cut.php /etc/wordpress/install.php";
      assert.match(
        await bench.run(`printenv CUT > /tmp/cut.php && ${php}; echo ended with $?`, env),
        /ended with 9\n$/,
      );
      const capabilities = () => rows("select meta_value from wp_usermeta where meta_key = 'wp_capabilities'");
      assert.equal(rows("select user_login from wp_users"), "Ada Lovelace");
      assert.ok(!capabilities().includes("administrator"));
      for (const said of [/Created the site\./, /The site exists; db_version: /]) {
        const run = await install();
        await run.ended();
        assert.match(run.output, said);
      }
      assert.match(capabilities(), /"administrator";b:1/);
      assert.equal(rows("select user_login from wp_users"), "Ada Lovelace");
      assert.equal(rows("select count(*) from wp_posts where post_title = 'Hello world!'"), "1");
      assert.match(rows("select option_value from wp_options where option_name = 'permalink_structure'"), /%postname%/);
    });

    it("takes title and password literally, and executes nothing in them", async () => {
      const code = `require "/var/www/html/wp-load.php";
        echo wp_specialchars_decode(get_option("blogname"), ENT_QUOTES), "\\n";
        $user = wp_authenticate("Ada Lovelace", wp_slash(getenv("PASSWORD")));
        echo is_wp_error($user) ? $user->get_error_code() : $user->user_login, "\\n";`;
      const output = await bench.run(`php -r '${code}'`, { PASSWORD: password });
      assert.equal(output, `${title}\nAda Lovelace\n`);
      // Neither this run nor the install jobs executed it: all mount the same claim.
      assert.ok(!fs.existsSync(path.join(bench.content, path.basename(trace))));
    });

    it("accepts a session cookie with the same salts, and refuses it with other salts, as keyRotation promises", async () => {
      const load = '$_SERVER["REQUEST_METHOD"] = "GET"; require "/var/www/html/wp-load.php";';
      const make = `${load} $id = get_user_by("login", "Ada Lovelace")->ID; $end = time() + 3600;
        echo wp_generate_auth_cookie($id, $end, "logged_in", WP_Session_Tokens::get_instance($id)->create($end));`;
      // WordPress rejects salts that are equal to each other.
      const names = ["AUTH", "SECURE_AUTH", "LOGGED_IN", "NONCE"].flatMap((name) => [`${name}_KEY`, `${name}_SALT`]);
      const keys = (value: string) =>
        Object.fromEntries(names.map((name) => [`WORDPRESS_${name}`, `${value} of ${name}`]));
      const [old, other] = [keys("a".repeat(40)), keys("b".repeat(40))];
      const COOKIE = await bench.run(`exec php -r '${make}'`, old);
      const check = `exec php -r '${load} echo (int) (bool) wp_validate_auth_cookie(getenv("COOKIE"), "logged_in");'`;
      assert.equal(await bench.run(check, { ...old, COOKIE }), "1");
      assert.equal(await bench.run(check, { ...other, COOKIE }), "0");
    });

    it("changes no user of an existing site", async () => {
      const before = rows("select * from wp_users; select * from wp_usermeta");
      const run = await install({ ADMIN_USER: "eve", ADMIN_PASSWORD: "another one", SITE_TITLE: "Another" });
      await run.ended();
      assert.match(run.output, /The site exists; db_version: /);
      assert.equal(rows("select * from wp_users; select * from wp_usermeta"), before);
      assert.ok(!rows("select option_value from wp_options where option_name = 'blogname'").includes("Another"));
    });

    it("fails without a change if the tables are of a newer WordPress than the image", async () => {
      const version = () => rows("select option_value from wp_options where option_name = 'db_version'");
      const own = version();
      const set = (value: string) =>
        rows(`update wp_options set option_value = '${value}' where option_name = 'db_version'`);
      set("99999");
      const before = rows("select option_name, option_value from wp_options order by option_id");
      const ending = () => bench.run("php /etc/wordpress/install.php; echo ended with $?", administrator);
      const output = await ending();
      assert.match(output, /ended with 1\n$/);
      assert.match(
        output,
        /tables are of a newer WordPress \(db_version 99999\) than the image's 7\.\S+ \(db_version \d+\)/,
      );
      assert.ok(!output.includes("The site exists"));
      assert.equal(rows("select option_name, option_value from wp_options order by option_id"), before);
      set(String(Number(own) - 1));
      assert.match(await ending(), /ended with 0\n$/);
      assert.equal(version(), own, "older tables are upgraded");
    });

    it("fails without a change, and names plugin, file and line, if a plugin is fatal with this image", async () => {
      const plugin = path.join(bench.content, "plugins/finder");
      fs.mkdirSync(plugin);
      // PHP has such a function itself since 8.4.
      fs.writeFileSync(
        path.join(plugin, "finder.php"),
        "<?php\n/* Plugin Name: Finder */\nfunction array_find( $a ) {}",
      );
      const plugins = rows("select option_value from wp_options where option_name = 'active_plugins'");
      const set = (value: string) =>
        rows(`update wp_options set option_value = '${value}' where option_name = 'active_plugins'`);
      try {
        set('a:1:{i:0;s:17:"finder/finder.php";}');
        rows("update wp_options set option_value = option_value - 1 where option_name = 'db_version'");
        const before = rows("select option_name, option_value from wp_options order by option_id");
        const output = await bench.run("php /etc/wordpress/install.php; echo ended with $?", administrator);
        assert.match(
          output,
          /With this image, WordPress ends with a fatal error: plugin finder: wp-content\/plugins\/finder\/finder\.php:3: Cannot redeclare/,
        );
        assert.match(output, /ended with 1\n$/);
        assert.equal(rows("select option_name, option_value from wp_options order by option_id"), before);
      } finally {
        set(plugins);
        fs.rmSync(plugin, { recursive: true });
      }
      assert.match(await bench.run("php /etc/wordpress/install.php", administrator), /The site exists; db_version: /);
    });

    it("fails with the database's error if the database refuses the connection, like the other jobs", async () => {
      for (const script of ["install.php", "objectCache.php", "extensions.php"]) {
        const output = await bench.run(`php /etc/wordpress/${script}; echo ended with $?`, {
          WORDPRESS_DB_PASSWORD: "wrong",
        });
        assert.match(output, /(Error establishing a database connection|Access denied)[^]*ended with 1\n$/, script);
        assert.doesNotMatch(output, /The site exists|Created the site|A plugin or the theme/);
      }
    });

    it("fails if a must-use plugin ends PHP before the job begins", async () => {
      const file = path.join(bench.content, "mu-plugins/exits.php");
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, "<?php exit;");
      try {
        assert.match(await bench.run("php /etc/wordpress/install.php; echo ended with $?"), /ended with 1\n$/);
      } finally {
        fs.rmSync(file);
      }
    });
  });

  describe("cron job", () => {
    const plugin = () => path.join(bench.content, "mu-plugins/releases.php");
    beforeEach(() => {
      fs.mkdirSync(path.dirname(plugin()), { recursive: true });
      fs.writeFileSync(plugin(), offeredRelease("99.1"));
    });
    afterEach(() => fs.rmSync(plugin()));

    /** Runs the job. @returns its termination message */
    const terminationMessage = async (env: Readonly<Record<string, string>> = {}) => {
      const message = path.join(bench.workbench.volume(wwwData), "message");
      fs.writeFileSync(message, "");
      fs.chmodSync(message, 0o666);
      const job = await bench.task("php /etc/wordpress/cron.php", env, { "/dev/termination-log": message });
      await job.ended();
      return fs.readFileSync(message, "utf8");
    };

    it("writes the running release and the offered ones to its termination message", async () => {
      await bench.run(
        `php -r 'require "/var/www/html/wp-load.php"; wp_schedule_single_event(time() - 60, "wp_version_check");'`,
      );
      assert.match(await terminationMessage(), /^{"running":"7\.1\.\d+","offered":\["99\.1"\]}$/);
    });

    it("writes nothing if the database refuses the connection", async () => {
      assert.equal(await terminationMessage({ WORDPRESS_DB_PASSWORD: "wrong" }), "");
    });

    it("lets the dashboard tell administrators, and only them, who updates core", async () => {
      const notice = (user: string, page: string) =>
        bench.run(`exec php -r '
          require "/var/www/html/wp-load.php";
          require_once ABSPATH . "wp-admin/includes/admin.php";
          wp_set_current_user(${user});
          $GLOBALS["pagenow"] = "${page}";
          do_action("admin_notices");'`);
      const administrator = `get_user_by("login", "Ada Lovelace")->ID`;
      assert.match(
        await notice(administrator, "index.php"),
        /WordPress 99\.1 is available.*pulumi config set wordpressImage/,
      );
      assert.doesNotMatch(await notice(administrator, "index.php"), /notify the site administrator/);
      assert.doesNotMatch(await notice("0", "index.php"), /pulumi/);
      await bench.run(`php -r 'require "/var/www/html/wp-load.php"; delete_site_transient("update_core");'`);
      assert.equal(await notice(administrator, "index.php"), "");
      assert.match(await notice(administrator, "update-core.php"), /updated outside of this dashboard/);
    });
  });

  describe("pod of the installed site", () => {
    let site: Container;
    before(async () => {
      site = await bench.serve(bench.config);
      await site.until("it answers", () => site.exec(["curl", "-fs", "http://127.0.0.1/wp-login.php"]).code === 0);
    });
    afterEach(() => bench.putSettings({}));
    after(() => site.remove());

    /** Sends a request, and returns the answer's status, Location, Set-Cookie and body. */
    const ask = (path: string, ...args: string[]) => {
      const output = site.read(["curl", "-si", ...args, `http://127.0.0.1${path}`]);
      const [head = "", body = ""] = output.split(/\r\n\r\n(.*)/s);
      const [status = "", ...lines] = head.split("\r\n");
      const header = (name: string) =>
        lines.filter((line) => line.toLowerCase().startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
      const [location] = header("location");
      return { status: Number(status.split(" ")[1]), location, cookies: header("set-cookie"), body };
    };

    it("redirects to the requested address if it is the site's, and to no other", () => {
      bench.putSettings({ siteHosts: ["shop.example"] });
      const login = (host: string) => ask("/wp-admin/", "-H", `Host: ${host}`).location;
      for (const host of ["127.0.0.1:30007", "shop.example", "shop.example:30007"]) {
        const back = encodeURIComponent(`http://${host}/wp-admin/`);
        assert.equal(login(host), `http://${host}/wp-login.php?redirect_to=${back}&reauth=1`);
      }
      for (const host of ["evil.example", "shop.example:8080", "shop.example.evil.example", "a b"]) {
        assert.deepEqual([ask("/wp-admin/", "-H", `Host: ${host}`).status, login(host)], [400, undefined], host);
      }
    });

    it("redirects only to siteUrl, also behind a proxy that terminates TLS and sends another host name", () => {
      const siteUrl = "https://blog.example";
      bench.putSettings({ siteUrl });
      const proxied = ["-H", "X-Forwarded-Proto: https"];
      for (const host of ["blog.example", "evil.example", "10.0.0.9:8080"]) {
        const { location } = ask("/wp-admin/", "-H", `Host: ${host}`, ...proxied);
        assert.equal(
          location,
          `${siteUrl}/wp-login.php?redirect_to=${encodeURIComponent(`${siteUrl}/wp-admin/`)}&reauth=1`,
        );
        const page = ask("/", "-H", `Host: ${host}`, ...proxied);
        assert.equal(page.status, 200);
        assert.ok(page.body.includes(`${siteUrl}/wp-includes/`));
        assert.ok(host === "blog.example" || !page.body.includes(host));
      }
      const form = ["--data-urlencode", "log=Ada Lovelace", "--data-urlencode", `pwd=${password}`];
      const { status, location, cookies } = ask("/wp-login.php", "-H", "Host: blog.example", ...proxied, ...form);
      assert.deepEqual([status, location], [302, `${siteUrl}/wp-admin/`]);
      const session = cookies.filter((cookie) => /^wordpress_/.test(cookie));
      assert.ok(session.length >= 3 && session.every((cookie) => /; secure/i.test(cookie)), session.join("\n"));
    });

    it("lets the administrator change plugins and themes unless fileModifications is false, and never core", async () => {
      const code = `require "/var/www/html/wp-load.php"; wp_set_current_user(get_user_by("login", "Ada Lovelace")->ID);
        foreach (["install_plugins", "update_plugins", "edit_themes", "update_core", "upload_files"] as $capability) echo (int) current_user_can($capability);`;
      const capabilities = () => bench.run(`exec php -r '${code}'`);
      assert.equal(await capabilities(), "11101");
      bench.putSettings({ fileModifications: false });
      assert.equal(await capabilities(), "00001");
    });
  });

  describe("pod of the site during a rollout", () => {
    it("answers every request while its ConfigMap changes", async () => {
      // Like the kubelet: symlinks into a folder that is replaced by another one.
      const claim = bench.workbench.volume();
      const lay = (version: string) => {
        fs.cpSync(bench.config, path.join(claim, version), { recursive: true });
        fs.rmSync(path.join(claim, "..data_new"), { force: true });
        fs.symlinkSync(version, path.join(claim, "..data_new"));
        fs.renameSync(path.join(claim, "..data_new"), path.join(claim, "..data"));
      };
      lay("..1");
      for (const file of fs.readdirSync(bench.config)) fs.symlinkSync(`..data/${file}`, path.join(claim, file));
      const site = await bench.serve(claim);
      const ask = () => site.exec(["curl", "-so", "/dev/null", "-w", "%{http_code}", "http://127.0.0.1/"]).output;
      await site.until("it answers", () => ask() === "200");
      lay("..2");
      fs.rmSync(path.join(claim, "..1"), { recursive: true });
      for (let round = 0; round < 20; round++) assert.equal(ask(), "200", `round ${round}`);
    });
  });
});
