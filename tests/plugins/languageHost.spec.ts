import * as assert from "node:assert/strict";
import { failure } from "../support/failure";
import { SmallProgram } from "./support/smallProgram";

const source = `
const config = new pulumi.Config();
const other = new pulumi.Config("other");
console.log("standard output");
console.error("standard error");
console.log("node's arguments: " + process.execArgv.filter((argument) => argument.startsWith("--max")).join(" "));
console.log("titled: " + process.title);
exports.project = pulumi.getProject();
exports.stack = pulumi.getStack();
exports.preview = pulumi.runtime.isDryRun();
exports.folder = process.cwd();
exports.word = config.require("word");
exports.object = config.requireObject("object");
exports.otherWord = other.require("word");
exports.password = config.requireSecret("password");
exports.secretKeys = ["small:password", "small:word"].map((key) => pulumi.runtime.isConfigSecret(key));
const component = new pulumi.ComponentResource("small:index:Component", "component");
exports.urn = component.urn;
const isLoaded = () => Object.keys(require.cache).some((file) => file.includes("/node_modules/typescript/"));
exports.withoutTypeScript = !isLoaded();
exports.serialized = pulumi.runtime.serializeFunction(() => "of a function").then(({ text }) => [isLoaded(), text]);
`;

describe("language host: program", function () {
  this.timeout(6 * 60_000);
  let small: SmallProgram;
  let shown: string;
  before(async () => {
    const nodeargs = '--max-old-space-size=300 --title="a title"';
    small = await SmallProgram.start(source, { runtime: { nodeargs } });
    const plain = ["word=first", "object.list[0]=1", "object.list[1]=2", "other:word=second"];
    await small.pulumi("config", "set-all", "--path", ...plain.flatMap((entry) => ["--plaintext", entry]));
    await small.pulumi("config", "set", "--secret", "password", "hunter2");
    shown = (await small.up()).output;
  });
  after(() => small?.remove());

  it("sets the stack's outputs", async () => {
    const { project, stack, folder, preview, urn } = await small.outputs();
    assert.deepEqual(
      { project, stack, folder, preview, urn },
      {
        project: "small",
        stack: "dev",
        folder: small.folder,
        preview: false,
        urn: "urn:pulumi:dev::small::small:index:Component::component",
      },
    );
  });

  it("gets its configuration, with secrets marked", async () => {
    const { word, object, otherWord, secretKeys, password } = await small.outputs();
    assert.deepEqual(
      { word, object, otherWord, secretKeys, password },
      { word: "first", object: { list: [1, 2] }, otherWord: "second", secretKeys: [true, false], password: "[secret]" },
    );
    assert.equal((await small.outputs("--show-secrets")).password, "hunter2");
    assert.ok(!small.stateText().includes("hunter2"));
  });

  it("prints to the user's terminal", () => {
    assert.match(shown, /standard output/);
    assert.match(shown, /standard error/);
  });

  it("gets node's arguments from Pulumi.yaml, split like a shell", () => {
    assert.match(shown, /node's arguments: --max-old-space-size=300\n/);
    assert.match(shown, /titled: a title\n/);
  });

  it("loads TypeScript only when the SDK serializes a function", async () => {
    const { withoutTypeScript, serialized } = await small.outputs();
    const [isLoaded, text] = serialized as [boolean, string];
    assert.deepEqual([withoutTypeScript, isLoaded], [true, true]);
    assert.match(text, /"of a function"/);
  });

  it("detects a preview", async () => {
    small.change(`console.log("preview: " + pulumi.runtime.isDryRun());`);
    assert.match((await small.preview()).output, /preview: true/);
  });
});

describe("language host: failed program", function () {
  this.timeout(6 * 60_000);
  let small: SmallProgram;
  before(async () => (small = await SmallProgram.start("")));
  after(() => small?.remove());

  // In a function: Node 20.20 never ends when it shows a stack that goes down to the SDK's own (nodejs/node#64011).
  const told = async (source: string) => {
    small.change(`const fail = () => { ${source} };\nfail();`);
    return failure(small.up());
  };

  it("is reported with the location of its error", async () => {
    const output = await told(`throw new Error("the roof is on fire");`);
    assert.match(output, /failed with an unhandled exception/);
    assert.match(output, /the roof is on fire[^]*index\.js:2/);
    assert.doesNotMatch(output, /non-zero exit code/);
  });

  it("is reported with only the message of a RunError", async () => {
    const output = await told(`throw new pulumi.RunError("word: 'x' is not allowed");`);
    assert.match(output, /error: word: 'x' is not allowed/);
    assert.doesNotMatch(output, /index\.js|unhandled|non-zero exit code/);
  });

  it("is reported for a rejected promise that is not awaited", async () =>
    assert.match(await told(`Promise.reject(new Error("too late"));`), /too late/));

  it("is reported with the exit code of process.exit", async () =>
    assert.match(await told("process.exit(7);"), /Program exited with non-zero exit code: 7/));

  it("is reported as out of memory", async () => {
    small.put(
      "Pulumi.yaml",
      JSON.stringify({
        name: "small",
        runtime: { name: "nodejs", options: { typescript: false, nodeargs: "--max-old-space-size=60" } },
      }),
    );
    const output = await told("const all = []; for (;;) all.push(new Array(1000).fill({}));");
    assert.match(output, /Detected a possible out of memory error/);
  });

  it("is reported with an invalid option", async () => {
    small.put(
      "Pulumi.yaml",
      JSON.stringify({ name: "small", runtime: { name: "nodejs", options: { typescript: "yes" } } }),
    );
    assert.match(await told(""), /typescript option must be a boolean/);
  });

  it("is reported with the install command if the SDK is missing", async () => {
    const bare = await SmallProgram.write("", { packages: false });
    try {
      await bare.pulumi("stack", "init", "dev");
      assert.match(await failure(bare.up()), /Pulumi SDK has not been installed\. Have you run pulumi install\?/);
    } finally {
      bare.remove();
    }
  });
});

describe("language host: TypeScript program", function () {
  this.timeout(6 * 60_000);
  let small: SmallProgram;
  const options = { module: "nodenext", moduleResolution: "nodenext", strict: true };
  before(async () => {
    small = await SmallProgram.start("", { runtime: { typescript: true, tsconfig: "other.json" } });
    small.put("package.json", '{ "main": "index.ts" }');
    small.put(
      "index.ts",
      'import { word } from "./word";\nconst shown: string = word;\nexport const result = shown;\n',
    );
    small.put("tsconfig.json", "{ not even JSON");
    small.put("other.json", JSON.stringify({ compilerOptions: { ...options, noCheck: true } }));
  });
  after(() => small?.remove());

  it("uses the tsconfig from Pulumi.yaml", async () => {
    small.put("word.ts", "export const word: string = 1;\n");
    await small.up();
    assert.equal((await small.outputs()).result, 1);
  });

  it("is type-checked if that tsconfig says so", async () => {
    small.put("other.json", JSON.stringify({ compilerOptions: options }));
    const output = await failure(small.up());
    assert.match(output, /word\.ts.*error TS2322: Type 'number' is not assignable to type 'string'/s);
  });
});
