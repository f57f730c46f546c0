import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { projectRoot } from "../../lab/support/paths";
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
  // The shell joins the word, so that the state's inputs do not contain it.
  hidden: `{ create: "echo li''on2; echo li''on2 >&2", logging: "none" }, { additionalSecretOutputs: ["stdout", "stderr"] }`,
  clear: `{ create: "echo in plain text" }`,
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

describe("command: script", function () {
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

  it("runs with its own variables and those of the CLI", () =>
    assert.equal(outputOf("environment").stdout, "hello, tester"));

  it("gets its text on standard input, or none", () => {
    assert.equal(outputOf("stdin").stdout, "line one\nline two");
    assert.equal(outputOf("noStdin").stdout, "done");
    assert.equal(outputOf("deaf").stdout, "");
  });

  it("runs in its folder, by default the program's", () => {
    assert.equal(outputOf("folder").stdout, "/");
    assert.equal(outputOf("ownFolder").stdout, small.folder);
  });

  it("runs with its interpreter", () => assert.equal(outputOf("node").stdout, "42"));

  it("has outputs without the trailing line break", () =>
    assert.deepEqual(outputOf("lineEnds"), { stdout: "a\n", stderr: "b" }));

  it("has secret outputs only if the program marks them, regardless of its inputs", async () => {
    assert.ok(!small.stateText().includes("lion2"), "it is in plain text");
    const { secret, secretWord, hidden, clear } = await small.outputs();
    assert.deepEqual(
      { secret, secretWord, hidden, clear },
      { secret: "pass hunter2", secretWord: "tiger2", hidden: "[secret]", clear: "in plain text" },
    );
    assert.equal((await small.outputs("--show-secrets")).hidden, "lion2");
  });

  it("shows its output as its logging says", () => {
    for (const word of ["shown-both-out", "shown-both-err", "shown-err", "shown-out"]) assert.ok(shown.includes(word));
    // The rest shows the outputs themselves.
    assert.doesNotMatch(shown.slice(0, shown.indexOf("Outputs:")), /hidden-|tiger2/);
  });

  it("does not get the previous output if the program turns that off", async () => {
    small.change(program({ first: commands.first.replace("echo first", "echo second") }));
    await small.up();
    assert.equal(outputOf("first").stdout, "none");
  });

  it("is refused with an input that the plugin does not have", async () => {
    small.change(program({ silent: `{ create: "true", logging: "loud" }` }));
    assert.match(await failure(small.preview()), /logging.*(none|loud)/);
    small.change(program({ silent: `{ create: "true", assetPaths: ["*"] }` }));
    assert.match(await failure(small.preview()), /is not supported by the stand-in: see lab\/plugins\/README\.md/);
  });
});

describe("command: script that runs when the CLI ends", function () {
  this.timeout(6 * 60_000);
  let small: SmallProgram;
  after(() => small?.remove());

  /** Interrupts or kills `up` as soon as both processes run. @returns their PIDs, and the seconds until it ended */
  const ended = async (signal: NodeJS.Signals, files: readonly string[]) => {
    for (const file of files) fs.rmSync(small.inFolder(file), { force: true });
    const up = new StartedCommand(small, "up", "--yes", "--skip-preview");
    const read = () =>
      files.map((file) => Number(fs.existsSync(small.inFolder(file)) && fs.readFileSync(small.inFolder(file), "utf8")));
    while (read().includes(0)) await sleep(50);
    const begun = Date.now();
    up.signal(signal);
    assert.notEqual(await up.ended(), 0);
    return { pids: read(), seconds: (Date.now() - begun) / 1000, output: up.output };
  };
  const assertGone = async (pids: readonly number[]) => {
    for (let waited = 0; pids.some(isRunning) && waited < 5000; waited += 50) await sleep(50);
    assert.deepEqual(pids.filter(isRunning), []);
  };

  it("is killed without its child processes by an interrupt, and these are awaited, as in the official plugin", async () => {
    const script = "echo $$ > script.pid; sleep 4 & echo $! > child.pid; wait";
    small = await SmallProgram.start(`new command.local.Command("long", { create: "${script}" });`);
    const { pids, seconds, output } = await ended("SIGINT", ["script.pid", "child.pid"]);
    assert.ok(seconds > 2, `it ended after ${seconds} s`);
    assert.match(output, /signal: killed: running/);
    await assertGone(pids);
  });

  describe("of this project", () => {
    before(() => {
      small.put("bin/kubectl", "#!/bin/sh\necho $PPID > script.pid\necho $$ > kubectl.pid\nexec sleep 300\n");
      fs.chmodSync(small.inFolder("bin/kubectl"), 0o755);
      small.environment.PATH = `${small.inFolder("bin")}:${small.environment.PATH}`;
      const entry = JSON.stringify(path.join(projectRoot, "scripts.ts"));
      small.change(`new command.local.Command("checked", {
        create: "preflight", interpreter: ["node", "--require", "tsx/cjs", ${entry}],
        environment: { CLUSTER_CONTEXT: "silent", CLUSTER_KUBECONFIG: "apiVersion: v1\\n", REQUEST: "{}" },
      });`);
    });

    for (const signal of ["SIGINT", "SIGKILL"] as const) {
      it(`ends within seconds with a CLI that ${signal} ends, and so does its kubectl, even if the server does not answer`, async () => {
        await small.cancel().catch(() => undefined);
        const { pids, seconds } = await ended(signal, ["script.pid", "kubectl.pid"]);
        assert.ok(seconds < 10, `it took ${seconds} s`);
        await assertGone(pids);
      });
    }
  });
});
