import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { failure } from "../support/failure";
import { SmallProgram } from "./support/smallProgram";
import { isRunning, StartedCommand } from "./support/startedCommand";

const commands = {
  environment: `{ create: 'echo "$GREETING, $LOGNAME_OF_TEST"', environment: { GREETING: "hello" } }`,
  stdin: `{ create: "cat", stdin: "line one\\nline two" }`,
  noStdin: `{ create: "cat; echo done" }`,
  deaf: `{ create: "exec true", stdin: "x".repeat(1000000) }`,
  folder: `{ create: "pwd", dir: "/" }`,
  ownFolder: `{ create: "pwd" }`,
  node: `{ create: "console.log(6 * 7)", interpreter: ["node", "-e"] }`,
  lineEnds: `{ create: "printf 'a\\n\\n'; printf 'b' >&2" }`,
  secret: `{ create: 'echo "pass $PASSWORD"; echo "pass $PASSWORD" >&2', environment: { PASSWORD: pulumi.secret("hunter2") } }`,
  secretWord: `{ create: pulumi.secret("echo tiger2"), logging: "none" }`,
  clear: `{ create: "echo in clear" }`,
  both: `{ create: "echo shown-both-out; echo shown-both-err >&2" }`,
  onlyErr: `{ create: "echo hidden-out; echo shown-err >&2", logging: "stderr" }`,
  onlyOut: `{ create: "echo shown-out; echo hidden-err >&2", logging: "stdout" }`,
  silent: `{ create: "echo hidden-none-out; echo hidden-none-err >&2", logging: "none" }`,
  first: `{ create: "echo first", addPreviousOutputInEnv: false, update: 'echo "\${PULUMI_COMMAND_STDOUT-none}"' }`,
};

const program = (changes: Partial<Record<keyof typeof commands, string>> = {}) =>
  Object.entries({ ...commands, ...changes })
    .map(([name, args]) => `exports.${name} = new command.local.Command("${name}", ${args}).stdout;`)
    .join("\n");

describe("command: how a script runs", function () {
  this.timeout(6 * 60_000);
  let small: SmallProgram;
  let shown: string;
  const outputOf = (name: keyof typeof commands) => {
    const { stdout, stderr } = small.resources()[name]?.outputs ?? {};
    return { stdout, stderr };
  };

  before(async () => {
    process.env.LOGNAME_OF_TEST = "tester";
    small = await SmallProgram.start(program());
    shown = (await small.up()).output;
  });
  after(() => {
    delete process.env.LOGNAME_OF_TEST;
    small?.remove();
  });

  it("with its own variables and those of the CLI", () =>
    assert.equal(outputOf("environment").stdout, "hello, tester"));

  it("with its text on standard input, and without any where none is given", () => {
    assert.equal(outputOf("stdin").stdout, "line one\nline two");
    assert.equal(outputOf("noStdin").stdout, "done");
    assert.equal(outputOf("deaf").stdout, "");
  });

  it("in its folder, else in the program's", () => {
    assert.equal(outputOf("folder").stdout, "/");
    assert.equal(outputOf("ownFolder").stdout, small.folder);
  });

  it("by its interpreter", () => assert.equal(outputOf("node").stdout, "42"));

  it("and gives what it printed, each without one line end", () =>
    assert.deepEqual(outputOf("lineEnds"), { stdout: "a\n", stderr: "b" }));

  it("and what it prints is secret when any input is", async () => {
    for (const word of ["hunter2", "tiger2"]) assert.ok(!small.stateText().includes(word), `${word} is in clear`);
    const outputs = await small.outputs();
    assert.deepEqual(
      { secret: outputs.secret, secretWord: outputs.secretWord, clear: outputs.clear },
      { secret: "[secret]", secretWord: "[secret]", clear: "in clear" },
    );
    assert.equal((await small.outputs("--show-secrets")).secret, "pass hunter2");
  });

  it("and what it prints is shown as its logging says", () => {
    for (const word of ["shown-both-out", "shown-both-err", "shown-err", "shown-out"]) assert.ok(shown.includes(word));
    // What follows shows the outputs themselves.
    assert.doesNotMatch(shown.slice(0, shown.indexOf("Outputs:")), /hidden|tiger2/);
  });

  it("without the last output, if the program says so", async () => {
    small.change(program({ first: commands.first.replace("echo first", "echo second") }));
    await small.up();
    assert.equal(outputOf("first").stdout, "none");
  });

  it("only with inputs that there are", async () => {
    small.change(program({ silent: `{ create: "true", logging: "loud" }` }));
    assert.match(await failure(small.preview()), /logging.*(none|loud)/);
    small.change(program({ silent: `{ create: "true", assetPaths: ["*"] }` }));
    assert.match(await failure(small.preview()), /is not in the stand-in: see lab\/plugins\/README\.md/);
  });
});

describe("command: a script that runs when the CLI ends", function () {
  this.timeout(6 * 60_000);
  let small: SmallProgram;
  before(async () => {
    const sleeping = "echo $$ > script.pid; sleep 300 & echo $! > child.pid; wait";
    small = await SmallProgram.start(`new command.local.Command("long", { create: "${sleeping}" });`);
  });
  after(() => small?.remove());

  const pids = async () => {
    const files = ["script.pid", "child.pid"].map((file) => small.inFolder(file));
    files.forEach((file) => fs.rmSync(file, { force: true }));
    const up = new StartedCommand(small, "up", "--yes", "--skip-preview");
    const read = () => files.map((file) => (fs.existsSync(file) ? Number(fs.readFileSync(file, "utf8")) : 0));
    while (read().includes(0)) await sleep(50);
    return { up, pids: read() };
  };

  it("is ended by an interrupt, and the CLI says what failed", async () => {
    const started = await pids();
    started.up.signal("SIGINT");
    assert.notEqual(await started.up.ended(), 0);
    assert.deepEqual(started.pids.filter(isRunning), []);
    assert.match(started.up.output, /signal: terminated: running|signal: killed: running/);
  });

  it("ends with a CLI that is killed", async () => {
    await small.cancel().catch(() => undefined);
    const started = await pids();
    started.up.signal("SIGKILL");
    await started.up.ended();
    for (let waited = 0; started.pids.some(isRunning) && waited < 5000; waited += 50) await sleep(50);
    assert.deepEqual(started.pids.filter(isRunning), []);
  });
});
