import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { digest } from "../../components/kubernetes/digest";
import { type KeptResult, resultsFolder } from "./reliability";
import { filesOf, inputs, mochaUnlessPassed, partsOfLab, type PassedRun } from "./unlessPassed";

describe("tests of unchanged code", () => {
  let folder: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "passed-"));
    fs.mkdirSync(path.join(folder, "tier"));
    put("helper.js", "exports.right = true;");
    put("one.spec.ts", `it("is right", () => require("node:assert").ok(require("./helper").right));`);
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  function put(name: string, text: string): void {
    fs.writeFileSync(path.join(folder, "tier", name), text);
  }

  /** @returns the exit code, and whether Mocha ran, which the spec file records */
  function run({
    args = [] as string[],
    versions = "1",
    again,
  }: { args?: string[]; versions?: string; again?: string } = {}) {
    const trail = path.join(folder, "ran");
    fs.rmSync(trail, { force: true });
    process.env.TRAIL = trail;
    if (again) process.env.TEST_AGAIN = again;
    try {
      const patterns = [...args, path.join(folder, "tier/*.spec.ts")];
      const code = mochaUnlessPassed({ name: "tier", args: patterns, versions, kept: folder, output: "ignore" });
      return { code, ran: fs.existsSync(trail) };
    } finally {
      delete process.env.TRAIL;
      delete process.env.TEST_AGAIN;
    }
  }

  const trailed = `require("node:fs").writeFileSync(process.env.TRAIL, "");\n`;

  it("do not run again with the same files, and repeat the summary of their last run", function () {
    this.timeout(30_000);
    put("ran.spec.ts", trailed);
    assert.deepEqual(run(), { code: 0, ran: true });
    assert.deepEqual(run(), { code: 0, ran: false });
    const kept = JSON.parse(fs.readFileSync(path.join(folder, "tier.json"), "utf8")) as { summary: string };
    assert.equal(kept.summary, "1 passed, 0 failed");
  });

  it("leave their results for the reliability report without running again", function () {
    this.timeout(30_000);
    const result: KeptResult = { part: "Faults", fault: `a trial ${process.pid}`, holds: "yes", measured: "1" };
    const file = path.join(resultsFolder, `${digest(result.fault)}.json`);
    const recorded = `require(${JSON.stringify(path.join(__dirname, "reliability"))}).record("Faults", ${JSON.stringify(result)})`;
    put("records.spec.ts", `it("has a result", () => ${recorded});`);
    try {
      assert.equal(run({ args: ["--require", "tsx/cjs"] }).code, 0);
      fs.rmSync(file);
      const { results } = JSON.parse(fs.readFileSync(path.join(folder, "tier.json"), "utf8")) as PassedRun;
      assert.deepEqual(results, [result]);
      run({ args: ["--require", "tsx/cjs"] });
      assert.deepEqual(JSON.parse(fs.readFileSync(file, "utf8")), result);
    } finally {
      fs.rmSync(file, { force: true });
    }
  });

  it("run again with TEST_AGAIN=1, another argument, another version or another file in their folder", function () {
    this.timeout(60_000);
    put("ran.spec.ts", trailed);
    run();
    assert.ok(run({ again: "1" }).ran);
    assert.ok(run({ args: ["--grep", "right"] }).ran);
    assert.ok(run({ versions: "2" }).ran);
    put("data.json", "{}");
    assert.ok(run({ versions: "2" }).ran);
    assert.ok(!run({ versions: "2" }).ran);
  });

  it("run again after a failure, and fail again", function () {
    this.timeout(30_000);
    put("ran.spec.ts", trailed);
    run();
    put("helper.js", "exports.right = false;");
    assert.deepEqual(
      [run(), run()],
      [
        { code: 1, ran: true },
        { code: 1, ran: true },
      ],
    );
    put("helper.js", "exports.right = true;");
    assert.ok(run().ran, "tests that passed before the failure count as passed");
  });

  it("depend on their imports, all of the lab and the packages, and not on the rest of the program", () => {
    const files = filesOf(["tests/plugins"]);
    assertHas(files, [
      "components/kubernetes/quantity.ts",
      "lab/cluster/node.ts",
      "lab/kubernetes/go.sum",
      "lab/plugins/kubernetes/operations.ts",
      "package-lock.json",
      "tests/plugins/random.spec.ts",
      "tests/support/engineLog.ts",
    ]);
    assert.ok(!files.some((file) => file.startsWith("stacks/") || file.startsWith("tests/e2e/")));
  });

  for (const tier of ["engine", "plugins"]) {
    it(`depend for ${tier} on lab/plugins and Pulumi's version, and not on how the lab starts`, () => {
      const files = filesOf([`tests/${tier}`], partsOfLab[tier]);
      assertHas(files, ["lab/plugins/kubernetes/operations.ts", "lab/plugins/random/main.ts", "lab/pulumi/go.sum"]);
      assertHasNot(files, ["lab/cluster/up.ts", "lab/images/mariadb/Dockerfile", "lab/kubernetes/main.go"]);
    });
  }

  it("depend for the plugins on the script that they run, and for the engine on the compiler's options", () => {
    const files = filesOf(["tests/plugins", ...(inputs.plugins ?? [])], partsOfLab.plugins);
    assertHas(files, ["scripts.ts", "components/preflight/preflightScript.ts", "components/kubectl/tiedProcess.ts"]);
    assertHas(filesOf(["tests/engine", ...(inputs.engine ?? [])], partsOfLab.engine), ["tsconfig.json"]);
  });

  it("depend for the images on their sources and on the containers' files, and not on all of the program", () => {
    const files = filesOf(["tests/images", ...(inputs.images ?? [])], partsOfLab.images);
    assertHas(files, [
      "components/pageCache/files/pageCache.js",
      "components/pageCache/pageCachePod.ts",
      "components/wordpress/files/site.php",
      "docs/replaceAddress.php",
      "lab/images/build.ts",
      "lab/images/mariadb/docker-entrypoint.sh",
    ]);
    assertHasNot(files, [
      "components/mariadb/mariaDb.ts",
      "stacks/wordpress.ts",
      "lab/kubernetes/main.go",
      "lab/cluster/up.ts",
    ]);
  });

  it("depend for the Kubernetes plugin on its source and on pinned versions, and not on the program or on how the lab starts", () => {
    const files = filesOf(["tests/kubernetesPlugin"], partsOfLab["kubernetes-plugin"]);
    assertHas(files, [
      "lab/kubernetes/go.mod",
      "lab/plugins/kubernetes/operations.ts",
      "package-lock.json",
      "tests/kubernetesPlugin/waiting.spec.ts",
      "tests/support/until.ts",
    ]);
    // The plugin's own source imports this one module of the program.
    const program = files.filter((file) => /^(components|stacks|policy|index\.ts|scripts\.ts)/.test(file));
    assert.deepEqual(program, ["components/kubernetes/quantity.ts"]);
    assertHasNot(files, [
      "lab/cluster/node.ts",
      "lab/images/build.ts",
      "lab/kubernetes/main.go",
      "lab/plugins/README.md",
      "lab/try.ts",
    ]);
  });
});

function assertHas(files: readonly string[], needed: readonly string[]): void {
  assert.deepEqual(
    needed.filter((file) => !files.includes(file)),
    [],
  );
}

function assertHasNot(files: readonly string[], unrelated: readonly string[]): void {
  assert.deepEqual(
    unrelated.filter((file) => files.includes(file)),
    [],
  );
}
