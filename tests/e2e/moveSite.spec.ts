import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { labEnvironment } from "../../lab/cluster/environment";
import { projectRoot } from "../../lab/support/paths";
import { CommandFailed, run } from "../../lab/support/processes";
import { documentedCommands } from "./support/documented";
import { Visitor } from "./support/http";
import { LabSite } from "./support/labSite";
import { administrator } from "./support/load";
import { sharedPlace, sitePods, wordPressCode } from "./support/sharedSite";

const picture = "a picture of the first site";

describe("commands of docs/how-to/move-a-site.md", function () {
  this.timeout(15 * 60_000);
  let from: LabSite;
  let to: LabSite;
  let folder: string;
  /** The documented commands by purpose, with the sites of this test. */
  let commands: Readonly<Record<"dump" | "load" | "pack" | "unpack" | "replace" | "empty", string>>;

  const sql = () => path.join(folder, "wordpress.sql");
  const shell = (command: string) =>
    run("bash", ["-c", command], { cwd: folder, env: labEnvironment(), timeoutMs: 120_000 });
  const php = async (site: LabSite, code: string) => {
    const [pod] = await sitePods(site);
    return site.inPod(pod?.metadata.name ?? "", "php", "-r", wordPressCode(code));
  };
  /** Tables with their creation times, which change when a table is dropped or recreated. */
  const tables = () =>
    to.rows("select table_name, create_time from information_schema.tables where table_schema = 'wordpress'");

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "moving-"));
    from = await LabSite.start(sharedPlace("moved-from", 30201, { siteTitle: "First" }));
    to = await LabSite.start(sharedPlace("moved-to", 30202, { siteTitle: "Second" }));
    // One after the other, so that two databases do not start at once on two CPUs.
    for (const site of [from, to]) await site.project.up();
    await php(
      from,
      `if (!file_put_contents(wp_upload_dir()['basedir'] . '/moved.txt', '${picture}')) exit(1);
       wp_update_post(['ID' => 1, 'post_content' => '<img src="${from.address}/wp-content/uploads/moved.txt">']);
       update_option('moved', ['url' => '${from.address}/a', 'inner' => serialize(['ü' => '${from.address}'])]);
       update_option('moved_json', json_encode(['url' => '${from.address}/b', 'other' => '${from.address}0/c']));`,
    );
    const given = documentedCommands("move-a-site.md").filter((command) => !command.startsWith("pulumi "));
    const [dump = "", load = "", pack = "", unpack = "", replace = "", empty = ""] = given.map((command) =>
      command
        .replaceAll("--namespace wordpress-next ", `--namespace ${to.namespace} `)
        .replaceAll("--namespace wordpress ", `--namespace ${from.namespace} `)
        .replace("http://NODE:30007", from.address)
        .replace("http://NODE:30008", to.address)
        .replace("docs/", `${projectRoot}/docs/`),
    );
    assert.equal(given.length, 6, "a command was added that this test does not know");
    commands = { dump, load, pack, unpack, replace, empty };
  });
  after(async () => {
    fs.rmSync(folder, { recursive: true, force: true });
    await Promise.all([from?.discard(), to?.discard()]);
  });

  it("load nothing of a truncated dump", async () => {
    await shell(commands.dump);
    const whole = fs.readFileSync(sql(), "utf8");
    const before = await tables();
    const posts = whole.indexOf("-- Table structure for table `wp_posts`");
    assert.ok(posts > 0);
    for (const length of [posts, posts + 200]) {
      fs.writeFileSync(sql(), whole.slice(0, length));
      await assert.rejects(shell(commands.load), CommandFailed);
      assert.equal(await tables(), before);
    }
    fs.writeFileSync(sql(), whole);
  });

  it("copy database and files without a link to the first site's address", async () => {
    for (const command of Object.values(commands)) await shell(command);
    await to.cluster.kubectl(
      ...["--namespace", to.namespace, "rollout", "status", "deployment/wordpress-cache", "--timeout=120s"],
    );
    const { status, body } = await new Visitor(to.address)
      .get("/?p=1")
      .then(({ location, ...answer }) =>
        location === undefined ? answer : new Visitor(to.address).get(new URL(location).pathname),
      );
    assert.equal(status, 200);
    const [, source = ""] = /<img[^>]* src="([^"]*moved\.txt)"/.exec(body) ?? [];
    assert.equal(source, `${to.address}/wp-content/uploads/moved.txt`);
    const file = await fetch(source);
    assert.equal(file.status, 200);
    assert.equal(await file.text(), picture);
    assert.ok(!body.includes(`${from.address}/`), "the page leads to the first site");
    const values =
      "echo json_encode([get_option('moved'), json_decode(get_option('moved_json')), get_option('blogname')]);";
    assert.deepEqual(JSON.parse(await php(to, values)), [
      { url: `${to.address}/a`, inner: `a:1:{s:2:"ü";s:${to.address.length}:"${to.address}";}` },
      { url: `${to.address}/b`, other: `${from.address}0/c` },
      "First",
    ]);
  });

  it("let the first site's administrator log in at the second site", async () => {
    const { user, password } = await administrator(from);
    const visitor = new Visitor(to.address);
    await visitor.login(user, password);
    assert.equal((await visitor.get("/wp-admin/index.php")).status, 200);
  });
});
