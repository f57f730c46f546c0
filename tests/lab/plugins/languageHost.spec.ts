import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ProgramInfo } from "@pulumi/pulumi/proto/language_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { about } from "../../../lab/plugins/languageHost/about";
import { chosenPackageManager } from "../../../lab/plugins/languageHost/installDependencies";
import { requiredPackages } from "../../../lab/plugins/languageHost/requiredPackages";
import { optionVariables, runtimeOptions, words } from "../../../lab/plugins/languageHost/runtimeOptions";

let folder: string;

/** Creates a folder for each test of a group. */
const inFolder = () => {
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "language-host-"))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));
};
const put = (file: string, content: unknown) => {
  fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  fs.writeFileSync(path.join(folder, file), typeof content === "string" ? content : JSON.stringify(content));
};
const info = (options: Parameters<typeof Struct.fromJavaScript>[0]) =>
  new ProgramInfo().setProgramDirectory(folder).setOptions(Struct.fromJavaScript(options));

describe("language host options", () => {
  inFolder();

  it("have defaults", () => {
    assert.deepEqual(runtimeOptions(undefined), { typescript: true, nodeArguments: [] });
    assert.deepEqual(optionVariables(runtimeOptions(info({}))), { PULUMI_NODEJS_TYPESCRIPT: "true" });
  });

  it("come from the project file", () => {
    const options = { typescript: false, tsconfig: "other.json", nodeargs: "--a --b=c", packagemanager: "pnpm" };
    const read = runtimeOptions(info(options));
    assert.deepEqual(read, {
      typescript: false,
      tsconfig: "other.json",
      nodeArguments: ["--a", "--b=c"],
      packageManager: "pnpm",
    });
    assert.deepEqual(optionVariables(read), { PULUMI_NODEJS_TSCONFIG_PATH: "other.json" });
  });

  const wrong = {
    "typescript option must be a boolean": { typescript: "true" },
    "tsconfigpath option must be a string": { tsconfig: 1 },
    "nodeargs option must be a string": { nodeargs: ["--a"] },
    'packagemanager option must be one of auto, npm, yarn, pnpm or bun, got "apt"': { packagemanager: "apt" },
  };
  for (const [message, options] of Object.entries(wrong)) {
    it(message, () => assert.throws(() => runtimeOptions(info(options)), { message }));
  }

  it("split arguments as a shell does", () => {
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ["", []],
      ["  a   b ", ["a", "b"]],
      [`--title="a b" 'c d'e f\\ g`, ["--title=a b", "c de", "f g"]],
      [`"a \\"b\\" \\n" ''`, [`a "b" \\n`, ""]],
      [`'a\\b'`, ["a\\b"]],
    ];
    for (const [text, expected] of cases) assert.deepEqual(words(text), expected);
  });
});

describe("package manager", () => {
  inFolder();

  it("comes from the project file, else from the lock file, else is npm", () => {
    assert.equal(chosenPackageManager(info({})), "npm");
    put("yarn.lock", "");
    assert.equal(chosenPackageManager(info({ packagemanager: "auto" })), "yarn");
    assert.equal(chosenPackageManager(info({ packagemanager: "bun" })), "bun");
  });
});

describe("requiredPackages", () => {
  inFolder();

  const found = () =>
    requiredPackages(folder)
      .getPackagesList()
      .map((found) => `${found.getKind()} ${found.getName()} ${found.getVersion()}`)
      .sort();

  it("finds exactly the installed SDKs, at any depth", () => {
    put("node_modules/@pulumi/random/package.json", {
      name: "@pulumi/random",
      version: "4.1.0",
      pulumi: { resource: true },
    });
    put("node_modules/other/package.json", { name: "other", version: "9.9.9" });
    const inner = { name: "@me/inner", version: "0.1.0", pulumi: { resource: true, name: "inner", version: "v2.0.0" } };
    put("node_modules/other/node_modules/inner/package.json", inner);
    put("node_modules/@pulumi/eslint-plugin/package.json", { name: "@pulumi/eslint-plugin", version: "1.0.0" });
    put("node_modules/broken/package.json", "{");
    assert.deepEqual(found(), ["resource inner v2.0.0", "resource random v4.1.0"]);
  });

  it("ignores the packages of a policy pack in a subfolder, and stops at circular links", () => {
    put("policies/PulumiPolicy.yaml", "");
    put("policies/node_modules/a/package.json", { name: "@pulumi/a", version: "1.0.0", pulumi: { resource: true } });
    put("lib/node_modules/b/package.json", { name: "@pulumi/b", version: "1.0.0", pulumi: { resource: true } });
    fs.symlinkSync(folder, path.join(folder, "lib/again"));
    assert.deepEqual(found(), ["resource b v1.0.0"]);
  });
});

describe("pulumi about with the language host", () => {
  inFolder();
  const { PATH } = process.env;
  afterEach(() => (process.env.PATH = PATH));

  const version = (packagemanager: string) =>
    about(info({ packagemanager })).getMetadataMap().get("packagemanagerVersion");

  it("has npm's own version", () => {
    assert.equal(version("npm"), execFileSync("npm", ["--version"], { encoding: "utf8" }).trim());
  });

  it("reads the version of a package manager from the package that it links to, or runs it", () => {
    put("lib/node_modules/pnpm/package.json", { name: "pnpm", version: "7.0.0" });
    put("lib/node_modules/pnpm/bin/pnpm.cjs", "not to be run");
    fs.symlinkSync("lib/node_modules/pnpm/bin/pnpm.cjs", path.join(folder, "pnpm"));
    put("bun", "#!/bin/sh\necho 8.0.0");
    fs.chmodSync(path.join(folder, "bun"), 0o755);
    process.env.PATH = `${folder}:${PATH}`;
    assert.equal(version("pnpm"), "7.0.0");
    assert.equal(version("bun"), "8.0.0");
    process.env.PATH = path.join(folder, "empty");
    assert.equal(version("yarn"), "");
  });
});
