import * as assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { SiteConfig } from "../../components/wordpress/keys";
import { SiteBench, wordpress } from "./support/siteBench";

const repository = "http://127.0.0.1:8099";
/** Server of the repository. It stalls at one archive, and ends another in the middle of the download. */
const router = `<?php
if (str_contains($_SERVER["REQUEST_URI"], "hangs")) { sleep(100); }
if (str_contains($_SERVER["REQUEST_URI"], "breaks")) { header("Content-Length: 100000"); echo str_repeat("x", 1000); exit; }
return false;`;

type Extension = SiteConfig["plugins"][number];

describe("plugin installer", function () {
  this.timeout(6 * 60_000);
  const bench = new SiteBench();
  let repo: string;

  before(async function () {
    this.timeout(600_000);
    await bench.openInstalled();
    repo = bench.workbench.volume(33);
    for (const folder of ["plugin", "theme"]) fs.mkdirSync(path.join(repo, folder), { mode: 0o777 });
    for (const folder of ["plugin", "theme"]) fs.chmodSync(path.join(repo, folder), 0o777);
    fs.writeFileSync(path.join(repo, "router.php"), router);
    const server = await bench.workbench.start(wordpress, {
      args: ["bash", "-c", "cd /repo && PHP_CLI_SERVER_WORKERS=4 exec php -S 127.0.0.1:8099 router.php"],
      volumes: { "/repo": repo },
    });
    await server.until("it serves", () => server.exec(["curl", "-fs", `${repository}/router.php`]).code === 0);
  });
  after(() => bench.close());

  /** Publishes an archive with these files in the repository, and returns its list entry. */
  async function publish(kind: "plugin" | "theme", slug: string, version: string, files: Record<string, string>) {
    const file = `/repo/${kind}/${slug}.${version}.zip`;
    const code = `$zip = new ZipArchive(); $zip->open("${file}", ZipArchive::CREATE | ZipArchive::OVERWRITE);
      foreach (json_decode(getenv("FILES"), true) as $name => $text) $zip->addFromString($name, $text); $zip->close();`;
    const container = await bench.workbench.start(wordpress, {
      args: ["php", "-r", code],
      env: { FILES: JSON.stringify(files) },
      volumes: { "/repo": repo },
    });
    await container.ended();
    const archive = fs.readFileSync(path.join(repo, kind, `${slug}.${version}.zip`));
    return { slug, version, sha256: createHash("sha256").update(archive).digest("hex"), active: true };
  }
  const pluginFile = (slug: string, version: string) => ({
    [`${slug}/${slug}.php`]: `<?php\n/* Plugin Name: ${slug}\nVersion: ${version} */\n`,
  });

  interface Lists {
    readonly plugins?: readonly Extension[];
    readonly themes?: readonly Extension[];
  }
  const lists = (given: Lists) =>
    bench.put("extensions.json", JSON.stringify({ repository, plugins: [], themes: [], ...given }));
  /** Runs the job with these lists. */
  async function run(given: Lists, env: Readonly<Record<string, string>> = {}) {
    lists(given);
    return bench.run("php /etc/wordpress/extensions.php; echo ended with $?", env);
  }
  const active = () => bench.rows("select option_value from wp_options where option_name = 'active_plugins'");
  const folders = (kind: "plugins" | "themes") => fs.readdirSync(path.join(bench.content, kind)).sort();
  const workFolders = () => {
    const upgrade = path.join(bench.content, "upgrade");
    return fs.existsSync(upgrade) ? fs.readdirSync(upgrade) : [];
  };
  let first: Extension;

  it("installs and activates a plugin, once", async () => {
    first = await publish("plugin", "first", "1.0", pluginFile("first", "1.0"));
    assert.equal(await run({ plugins: [first] }), "plugins: first 1.0: installed\nended with 0\n");
    assert.match(active(), /first\/first\.php/);
    assert.equal(await run({ plugins: [first] }), "ended with 0\n");
    assert.deepEqual(workFolders(), []);
  });

  it("updates a plugin to another version, and deactivates it on request", async () => {
    const next = await publish("plugin", "first", "2.0", pluginFile("first", "2.0"));
    assert.match(await run({ plugins: [{ ...next, active: false }] }), /first 2\.0: installed/);
    assert.match(fs.readFileSync(path.join(bench.content, "plugins/first/first.php"), "utf8"), /Version: 2\.0/);
    assert.ok(!active().includes("first.php"));
    assert.match(await run({ plugins: [next] }), /ended with 0/);
    assert.match(active(), /first\/first\.php/);
    first = next;
  });

  it("resumes after an interruption: adopts the plugin that it had moved in place, and deletes its work folder", async () => {
    const late = await publish("plugin", "late", "1.0", pluginFile("late", "1.0"));
    lists({ plugins: [first, late] });
    const cut = `<?php $GLOBALS["wp_filter"]["pre_update_option_wordpress_stack_extensions"][10]["cut"] = ["function" => fn($new) =>
      strlen($new["plugins"]["late"] ?? "") === 64 ? exit(9) : $new, "accepted_args" => 1];`;
    const php = "php -d auto_prepend_file=/tmp/cut.php /etc/wordpress/extensions.php";
    const output = await bench.run(`printenv CUT > /tmp/cut.php && ${php}; echo ended with $?`, { CUT: cut });
    assert.equal(output, "ended with 9\n");
    assert.deepEqual([folders("plugins").includes("late"), workFolders().length], [true, 1]);
    assert.equal(await run({ plugins: [first, late] }), "plugins: late 1.0: installed\nended with 0\n");
    assert.deepEqual(workFolders(), []);
    assert.match(active(), /late\/late\.php/);
    assert.match(await run({ plugins: [first] }), /plugins: late removed/);
  });

  it("removes a plugin that ends PHP while WordPress loads, with or without a fatal error, and keeps the others", async () => {
    for (const [slug, ending] of [
      ["fatal", "no_such_function();"],
      ["exits", "exit;"],
    ] as const) {
      const files = {
        [`${slug}/${slug}.php`]: `<?php\n/* Plugin Name: ${slug} */\nif (getenv("BREAKS")) { ${ending} }\n`,
      };
      const plugin = await publish("plugin", slug, "1.0", files);
      assert.match(await run({ plugins: [first, plugin] }), /installed\nended with 0/);
      const output = await run({ plugins: [first] }, { BREAKS: "1" });
      assert.match(output, /ends PHP while WordPress loads[^]*plugins: (fatal|exits) removed\nended with 0/);
      if (slug === "fatal") assert.match(output, /undefined function no_such_function/);
      assert.ok(!folders("plugins").includes(slug));
      assert.ok(!active().includes(slug));
      assert.match(active(), /first\/first\.php/);
    }
  });

  it("replaces a theme whose functions.php ends PHP", async () => {
    const before = bench.rows("select option_value from wp_options where option_name = 'stylesheet'");
    const theme = (version: string, code: string) =>
      publish("theme", "broken", version, {
        "broken/style.css": "/* Theme Name: Broken */",
        "broken/index.php": "<?php",
        "broken/functions.php": `<?php ${code}`,
      });
    const broken = await theme("1", 'if (getenv("BREAKS")) no_such_function();');
    assert.match(await run({ plugins: [first], themes: [broken] }), /ended with 0/);
    const fixed = await theme("2", "");
    const output = await run({ plugins: [first], themes: [fixed] }, { BREAKS: "1" });
    assert.match(output, /ends PHP while WordPress loads[^]*broken 2: installed\nended with 0/);
    assert.equal(bench.rows("select option_value from wp_options where option_name = 'stylesheet'"), "broken");
    bench.rows(`update wp_options set option_value = '${before}' where option_name in ('stylesheet', 'template')`);
    assert.match(await run({ plugins: [first] }), /themes: broken removed\nended with 0/);
  });

  it("installs a theme and activates it, and never removes a theme in use", async () => {
    const files = { "own-theme/style.css": "/* Theme Name: Own */", "own-theme/index.php": "<?php" };
    const theme = await publish("theme", "own-theme", "1", files);
    assert.match(await run({ plugins: [first], themes: [theme] }), /own-theme 1: installed/);
    assert.equal(bench.rows("select option_value from wp_options where option_name = 'stylesheet'"), "own-theme");
    const output = await run({ plugins: [first] });
    assert.match(output, /own-theme is no longer on the list but still in use[^]*ended with 1/);
    assert.ok(folders("themes").includes("own-theme"));
    await run({ plugins: [first], themes: [theme] });
  });

  const broken: [string, () => Promise<Extension>, RegExp][] = [
    [
      "differs from its checksum",
      async () => ({
        ...(await publish("plugin", "second", "1", pluginFile("second", "1"))),
        sha256: "0".repeat(64),
      }),
      /second 1: the archive's sha256 is [0-9a-f]{64}, expected 0{64}: nothing was unpacked/,
    ],
    [
      "stalls during the download",
      () => Promise.resolve({ slug: "hangs", version: "1", sha256: "0".repeat(64), active: true }),
      /hangs\.1\.zip cannot be fetched: Operation too slow/,
    ],
    [
      "ends in the middle of the download",
      () => Promise.resolve({ slug: "breaks", version: "1", sha256: "0".repeat(64), active: true }),
      /breaks\.1\.zip cannot be fetched: /,
    ],
    [
      "does not exist",
      () => Promise.resolve({ slug: "missing", version: "1", sha256: "0".repeat(64), active: true }),
      /missing\.1\.zip answers 404/,
    ],
    [
      "has a path out of its folder",
      () => publish("plugin", "sly", "1", { ...pluginFile("sly", "1"), "sly/../../sly.php": "<?php" }),
      /sly 1: the archive's entry "sly\/\.\.\/\.\.\/sly\.php" is outside of its folder sly/,
    ],
    [
      "contains another folder",
      () => publish("plugin", "third", "1", pluginFile("other", "1")),
      /third 1: the archive's entry "other\/other\.php" is outside of its folder third/,
    ],
  ];
  for (const [what, extension, message] of broken) {
    it(`refuses an archive that ${what}, deletes its work folder, and keeps the other plugin active`, async () => {
      const before = folders("plugins");
      const wanted = await extension();
      const output = await run({ plugins: [wanted, first] });
      assert.match(output, message);
      assert.match(output, /ended with 1\n$/);
      assert.deepEqual(folders("plugins"), before);
      assert.deepEqual(workFolders(), []);
      assert.match(active(), /first\/first\.php/);
    });
  }

  it("never changes a plugin that a user has installed", async () => {
    const file = path.join(bench.content, "plugins/akismet/akismet.php");
    const before = fs.readFileSync(file, "utf8");
    const akismet = await publish("plugin", "akismet", "9", pluginFile("akismet", "9"));
    const output = await run({ plugins: [first, akismet] });
    assert.match(output, /akismet exists and was not installed by this stack: delete it in the dashboard/);
    await run({ plugins: [] });
    assert.equal(fs.readFileSync(file, "utf8"), before);
  });

  it("removes a plugin that it installed when the list no longer has it", () => {
    assert.ok(!folders("plugins").includes("first"));
    assert.ok(!active().includes("first.php"));
    assert.deepEqual(workFolders(), []);
  });
});
