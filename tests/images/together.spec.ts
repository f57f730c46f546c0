import * as assert from "node:assert/strict";
import type { Container } from "./support/container";
import { Workbench } from "./support/workbench";

const pairs = [
  { tag: "6.5-apache", version: "10.11", themes: ["Four", "Three", "Two"] },
  { tag: "6.8-php8.4-apache", version: "10.11", themes: ["Five", "Four", "Three"] },
  { tag: "7.1-php8.4-apache", version: "11.8", themes: ["Five", "Four", "Three"] },
] as const;
const admin = { name: "admin", password: "a long one: 8#kf" };

for (const { tag, version, themes } of pairs)
  describe(`images wordpress:${tag} and mariadb:${version} together`, function () {
    const mariadb = `docker.io/library/mariadb:${version}`;
    const wordpress = `docker.io/library/wordpress:${tag}`;
    this.timeout(6 * 60_000);
    const workbench = new Workbench();
    let site: Container;

    /** Requests a page with the cookies of the previous requests. */
    const ask = (url: string, form: Readonly<Record<string, string>> = {}) => {
      const fields = Object.entries(form).flatMap(([name, value]) => ["--data-urlencode", `${name}=${value}`]);
      const options = ["--silent", "--include", "--cookie", "/tmp/cookies", "--cookie-jar", "/tmp/cookies", ...fields];
      return site.read(["curl", ...options, `http://127.0.0.1${url}`]);
    };

    before(async function () {
      this.timeout(600_000);
      await workbench.open(mariadb, wordpress);
      const database = await workbench.start(mariadb, {
        env: {
          MARIADB_RANDOM_ROOT_PASSWORD: "1",
          MARIADB_INITDB_SKIP_TZINFO: "1",
          MARIADB_USER: "wordpress",
          MARIADB_PASSWORD: "secret",
          MARIADB_DATABASE: "wordpress",
        },
      });
      site = await workbench.start(wordpress, {
        env: { WORDPRESS_DB_HOST: "127.0.0.1", WORDPRESS_DB_USER: "wordpress", WORDPRESS_DB_PASSWORD: "secret" },
      });
      await database.until("it is healthy", () => database.exec(["healthcheck.sh", "--connect"]).code === 0);
      const installer = ["curl", "--silent", "--fail", "http://127.0.0.1/wp-admin/install.php"];
      await site.until("the installer answers", () => site.exec(installer).code === 0);
    });
    after(() => workbench.close());

    it("install a site that shows its front page", () => {
      assert.match(ask("/"), /^HTTP\/1.1 302 [^]*\/wp-admin\/install.php/);
      const done = ask("/wp-admin/install.php?step=2", {
        weblog_title: "A site of two images",
        user_name: admin.name,
        admin_password: admin.password,
        admin_password2: admin.password,
        admin_email: "admin@example.com",
      });
      assert.match(done, /WordPress has been installed/);
      const front = ask("/");
      assert.match(front, /^HTTP\/1.1 200 /);
      assert.match(front, /A site of two images/);
      assert.match(front, /Hello world!/);
    });

    it("let the administrator log in, and serve every script and style of the dashboard", () => {
      assert.match(ask("/wp-admin/"), /^HTTP\/1.1 302 [^]*wp-login\.php/);
      ask("/wp-login.php");
      assert.match(ask("/wp-login.php", { log: admin.name, pwd: admin.password }), /^HTTP\/1.1 302 /);
      const dashboard = ask("/wp-admin/");
      assert.match(dashboard, /^HTTP\/1.1 200 /);
      const assets = [
        ...dashboard.matchAll(
          /(?:src|href)=['"](?:http:\/\/127.0.0.1)?(\/wp-(?:admin|includes|content)\/[^'"]*(?:load-(?:scripts|styles)\.php\?|\.js|\.css)[^'"]*)['"]/g,
        ),
      ];
      const urls = assets.map(([, url]) => (url ?? "").replaceAll("&amp;", "&").replaceAll("&#038;", "&"));
      assert.ok(
        urls.some((url) => url.includes("load-scripts.php")),
        dashboard,
      );
      assert.deepEqual(
        urls.filter((url) => !ask(url).startsWith("HTTP/1.1 200")),
        [],
      );
    });

    it("show the plugins and the themes of WordPress's release", () => {
      const plugins = ask("/wp-admin/plugins.php");
      assert.match(plugins, /Akismet/);
      const page = ask("/wp-admin/themes.php");
      for (const theme of themes) assert.match(page, new RegExp(`Twenty Twenty-${theme}`));
    });
  });
