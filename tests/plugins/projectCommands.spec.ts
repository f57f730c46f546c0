import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { pluginVersion } from "../../lab/plugins/install";
import { failure } from "../support/failure";
import { SmallProgram } from "./support/smallProgram";

interface About {
  readonly plugins: readonly { readonly name: string; readonly version?: string }[];
  readonly runtime: { readonly language: string; readonly executable: string; readonly version: string };
  readonly dependencies: readonly { readonly name: string; readonly version: string }[] | null;
}

const installed = (name: string) =>
  (JSON.parse(fs.readFileSync(require.resolve(`${name}/package.json`), "utf8")) as { version: string }).version;

describe("language host: project commands of the CLI", function () {
  this.timeout(6 * 60_000);
  let small: SmallProgram;
  before(async () => (small = await SmallProgram.start('new random.RandomUuid("uuid");')));
  after(() => small?.remove());

  it("show Node, the packages and their plugins with about", async () => {
    small.put(
      "package.json",
      JSON.stringify({ dependencies: { "@pulumi/random": "*" }, devDependencies: { yaml: "*" } }),
    );
    const about = JSON.parse(await small.pulumi("about", "--json")) as About;
    assert.equal(about.runtime.language, "nodejs");
    assert.equal(about.runtime.version, process.version);
    assert.match(about.runtime.executable, /\/node$/);
    assert.deepEqual(Object.fromEntries((about.dependencies ?? []).map(({ name, version }) => [name, version])), {
      "@pulumi/random": installed("@pulumi/random"),
      yaml: installed("yaml"),
    });
    const plugins = Object.fromEntries(about.plugins.map(({ name, version }) => [name, version]));
    for (const name of ["random", "command", "kubernetes"]) assert.equal(plugins[name], pluginVersion(name));
    assert.ok("nodejs" in plugins);
  });

  it("name a missing plugin of the program with preview", async () => {
    const plugin = small.inFolder(`.home/plugins/resource-random-v${pluginVersion("random")}`);
    fs.renameSync(plugin, `${plugin}.away`);
    try {
      assert.match(await failure(small.preview()), new RegExp(`random.*${pluginVersion("random")}`));
    } finally {
      fs.renameSync(`${plugin}.away`, plugin);
    }
  });

  it("run npm or the lock file's package manager with install, and fail with it", async () => {
    const bare = await SmallProgram.write("", { packages: false });
    try {
      bare.put("greeting/package.json", '{ "name": "greeting", "version": "1.0.0" }');
      bare.put("package.json", '{ "name": "small", "dependencies": { "greeting": "file:greeting" } }');
      const output = await bare.pulumi("install");
      assert.match(output, /Installing dependencies\.\.\.[^]*Finished installing dependencies/);
      assert.ok(fs.existsSync(bare.inFolder("node_modules/greeting/package.json")));
      bare.put("package.json", '{ "name": "small", "dependencies": { "greeting": "file:absent.tgz" } }');
      bare.put("yarn.lock", "");
      assert.match(await failure(bare.pulumi("install")), /yarn (could not be started|install exited with)/);
      fs.rmSync(bare.inFolder("yarn.lock"));
      fs.rmSync(bare.inFolder("node_modules"), { recursive: true });
      assert.match(await failure(bare.pulumi("install")), /npm install exited with [1-9]/);
    } finally {
      bare.remove();
    }
  });
});
