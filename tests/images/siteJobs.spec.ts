import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { siteFiles, siteJson, type SiteSettings } from "../../components/site/siteFiles";
import type { Container } from "./support/container";
import { Workbench } from "./support/workbench";

const mariadb = "docker.io/library/mariadb:10.11";
const wordpress = "docker.io/library/wordpress:6.5-apache";
const wwwData = 33;

const settings: SiteSettings = {
  siteUrl: undefined,
  siteHosts: [],
  nodePort: 30007,
  fileModifications: true,
  uploadLimit: "64Mi",
  phpMemory: "256Mi",
};
/** What nobody should ever run. */
const title = `It's "just" \`id\` $(touch /tmp/ran) <?php echo 1; ?> <script>1</script> \\ %s 'é' \u{1F600}`;
const password = `pass'"word\\ $(id) %`;

describe("the jobs of a site with shared content", function () {
  this.timeout(120_000);
  const workbench = new Workbench();
  let database: Container;
  let site: string;

  before(async function () {
    this.timeout(600_000);
    await workbench.open(mariadb, wordpress);
    site = workbench.volume();
    const files = { ...siteFiles(settings), "settings.json": siteJson(settings, ["127.0.0.1"]) };
    for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(site, name), text);
    database = await workbench.start(mariadb, {
      env: {
        ...{ MARIADB_ROOT_PASSWORD: "root", MARIADB_INITDB_SKIP_TZINFO: "1" },
        ...{ MARIADB_USER: "wordpress", MARIADB_PASSWORD: "secret", MARIADB_DATABASE: "wordpress" },
      },
    });
    await database.until("it is healthy", () => database.exec(["healthcheck.sh", "--connect"]).code === 0);
  });
  after(() => workbench.close());

  const rows = (sql: string) =>
    database.exec(["mariadb", "-N", "-uroot", "-proot", "wordpress", "-e", sql]).output.trim();

  describe("the one that fills the claim", () => {
    const fill = (claim: string, before = "true") =>
      workbench.start(wordpress, {
        uid: wwwData,
        env: { HOSTNAME: `fill-${++runs}` },
        args: ["bash", "-c", `${before}; exec bash /etc/wordpress/fill.sh`],
        volumes: { "/claim": claim, "/etc/wordpress": site },
      });
    let runs = 0;
    const count = (folder: string) =>
      fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
    let whole: number;

    it("puts all of the image's content there, and nothing else", async () => {
      const claim = workbench.volume(wwwData);
      await (await fill(claim)).ended();
      whole = count(claim);
      assert.ok(whole > 100, `${whole} files`);
      assert.deepEqual(fs.readdirSync(claim), ["wp-content"]);
      assert.equal(whole, count(path.join(workbench.image(wordpress).rootfs, "usr/src/wordpress/wp-content")));
    });

    it("does it once when it runs twice at once", async () => {
      const claim = workbench.volume(wwwData);
      const runs = await Promise.all([fill(claim), fill(claim)]);
      await Promise.all(runs.map((run) => run.ended()));
      assert.deepEqual(fs.readdirSync(claim), ["wp-content"]);
      assert.equal(count(claim), whole);
    });

    it("leaves nothing half when it is killed, and the next run does all of it", async () => {
      const claim = workbench.volume(wwwData);
      // It never gets to give the folder its name.
      const cut = await fill(claim, "mv() { sleep 60; }; export -f mv");
      const copied = () => fs.readdirSync(claim).some((name) => count(path.join(claim, name)) === whole);
      await cut.until("it has copied", copied);
      await cut.remove();
      assert.ok(!fs.existsSync(path.join(claim, "wp-content")));
      await (await fill(claim)).ended();
      assert.equal(count(path.join(claim, "wp-content")), whole);
    });

    it("touches nothing of what is there: no file that is gone or changed comes back", async () => {
      const claim = workbench.volume(wwwData);
      await (await fill(claim)).ended();
      fs.rmSync(path.join(claim, "wp-content/plugins/hello.php"));
      fs.writeFileSync(path.join(claim, "wp-content/index.php"), "<?php // mine");
      await (await fill(claim)).ended();
      assert.ok(!fs.existsSync(path.join(claim, "wp-content/plugins/hello.php")));
      assert.equal(fs.readFileSync(path.join(claim, "wp-content/index.php"), "utf8"), "<?php // mine");
    });
  });

  describe("the one that makes the site", () => {
    let content: string;
    before(async () => {
      content = workbench.volume(wwwData);
      const filling = await workbench.start(wordpress, {
        uid: wwwData,
        env: { HOSTNAME: "fill" },
        args: ["bash", "/etc/wordpress/fill.sh"],
        volumes: { "/claim": content, "/etc/wordpress": site },
      });
      await filling.ended();
    });

    const install = (given: Record<string, string> = {}) =>
      workbench.start(wordpress, {
        uid: wwwData,
        env: {
          ...{ WORDPRESS_DB_HOST: "127.0.0.1", WORDPRESS_DB_USER: "wordpress", WORDPRESS_DB_PASSWORD: "secret" },
          WORDPRESS_CONFIG_EXTRA: "require '/etc/wordpress/site.php';",
          ...{
            SITE_TITLE: title,
            ADMIN_USER: "Ada Lovelace",
            ADMIN_EMAIL: "ada@example.com",
            ADMIN_PASSWORD: password,
          },
          ...given,
        },
        args: ["bash", "-c", "bash /etc/wordpress/core.sh && exec php /etc/wordpress/install.php"],
        volumes: {
          "/var/www/html": workbench.volume(wwwData),
          "/var/www/html/wp-content": path.join(content, "wp-content"),
          "/etc/wordpress": site,
        },
      });

    it("makes one when it runs twice at once", async () => {
      const runs = await Promise.all([install(), install()]);
      await Promise.all(runs.map((run) => run.ended()));
      assert.equal(rows("select count(*) from information_schema.tables where table_schema = 'wordpress'"), "12");
      assert.equal(rows("select user_login, user_email from wp_users"), "Ada Lovelace\tada@example.com");
      const said = runs.map((run) => run.output).join("");
      assert.equal(said.match(/The site is made\./g)?.length, 1, said);
      assert.match(said, /The site is there; its tables: /);
    });

    it("goes on where it was cut off: there are tables, and nobody in them", async () => {
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
      assert.match(run.output, /The site is made\./);
      assert.equal(rows("select user_login from wp_users"), "Ada Lovelace");
      assert.match(rows("select post_title from wp_posts"), /Hello world!/);
    });

    it("takes title and password as they are written, and runs nothing of them", async () => {
      const check = await workbench.start(wordpress, {
        uid: wwwData,
        env: {
          ...{ WORDPRESS_DB_HOST: "127.0.0.1", WORDPRESS_DB_USER: "wordpress", WORDPRESS_DB_PASSWORD: "secret" },
          ...{ WORDPRESS_CONFIG_EXTRA: "require '/etc/wordpress/site.php';", TITLE: title, PASSWORD: password },
        },
        args: [
          "bash",
          "-c",
          `bash /etc/wordpress/core.sh && test ! -e /tmp/ran && exec php -r '
            require "/var/www/html/wp-load.php";
            echo wp_specialchars_decode(get_option("blogname"), ENT_QUOTES), "\\n";
            $user = wp_authenticate("Ada Lovelace", wp_slash(getenv("PASSWORD")));
            echo is_wp_error($user) ? $user->get_error_code() : $user->user_login, "\\n";'`,
        ],
        volumes: {
          "/var/www/html": workbench.volume(wwwData),
          "/var/www/html/wp-content": path.join(content, "wp-content"),
          "/etc/wordpress": site,
        },
      });
      await check.ended();
      assert.equal(check.output, `${title}\nAda Lovelace\n`);
    });

    it("touches no user of a site that is there", async () => {
      const before = rows("select * from wp_users; select * from wp_usermeta");
      await (await install({ ADMIN_USER: "eve", ADMIN_PASSWORD: "another one", SITE_TITLE: "Another" })).ended();
      assert.equal(rows("select * from wp_users; select * from wp_usermeta"), before);
      assert.ok(!rows("select option_value from wp_options where option_name = 'blogname'").includes("Another"));
    });

    it("says what is wrong where there is no database, and fails", async () => {
      const run = await install({ WORDPRESS_DB_PASSWORD: "wrong" });
      await run.ended();
      assert.match(run.output, /Error establishing a database connection|Access denied/);
      assert.ok(!run.output.includes("The site is"));
    });
  });
});
