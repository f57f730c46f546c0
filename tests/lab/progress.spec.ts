import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { CommandFailed, run } from "../../lab/support/processes";
import { duration, explain, UserError } from "../../lab/support/progress";
import { projectRoot } from "../../lab/support/paths";

/** What a program that uses `step` writes on its standard error, and how it ends. */
function program(text: string): { status: number | null; stderr: string } {
  const source = `const { main, step, UserError } = require("./lab/support/progress");\n${text}`;
  return spawnSync(process.execPath, ["--require", "tsx/cjs", "--eval", source], {
    cwd: projectRoot,
    encoding: "utf8",
  });
}

describe("progress output", () => {
  it("shows each step's title when it begins, and its duration when it ends", () => {
    const { status, stderr } = program(`main(() => step("building", () => step("part", async () => {})));`);
    assert.equal(status, 0);
    assert.match(stderr, /^ {2}… building\n {2}… part\n {2}✓ part \(0\.\d s\)\n {2}✓ building \(0\.\d s\)\n$/);
  });

  it("marks a failed step, prints the reason, and sets the exit code to 1", () => {
    const { status, stderr } = program(
      `main(() => step("building", async () => { throw new UserError("Get a Go.") }));`,
    );
    assert.equal(status, 1);
    assert.match(stderr, /^ {2}… building\n {2}✗ building \(after 0\.\d s\)\n\nGet a Go\.\n$/);
  });

  it("formats durations", () => {
    const times = [0, 3_240, 59_940, 59_960, 247_000, 3_600_000].map(duration);
    assert.deepEqual(times, ["0.0 s", "3.2 s", "59.9 s", "1 min 0 s", "4 min 7 s", "60 min 0 s"]);
  });
});

describe("explain", () => {
  it("adds nothing to a user error", () => assert.equal(explain(new UserError("Get a Go.")), "Get a Go."));

  it("shows the end of a failed command's output, the path of the rest, and what to do", () => {
    const output = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`).join("\n");
    const text = explain(new CommandFailed("make", 2, output, "/logs/make.log"));
    assert.match(
      text,
      /^make ended with 2:\nline 11\nline 12\n[^]*line 30\n\nThe complete output is in \/logs\/make.log\.\n\n/,
    );
    assert.match(text, /run the command again.*"When something fails" in lab\/README\.md\.$/);
    assert.doesNotMatch(text, / {4}at /);
  });

  it("shows all of Pulumi's diagnostics, even if outputs follow", () => {
    const outputs = Array.from({ length: 30 }, (_, index) => `  output ${index + 1}`).join("\n");
    const output = `Updating (dev):\nDiagnostics:\n  mariadb: no room\n\nOutputs:\n${outputs}\n`;
    const { message } = new CommandFailed("pulumi up", 255, output);
    assert.match(message, /^pulumi up ended with 255:\nDiagnostics:\n {2}mariadb: no room\n[^]* {2}output 30$/);
  });

  it("shows the stack trace of an unexpected error", () => {
    assert.match(explain(new TypeError("broken")), /^TypeError: broken\n {4}at [^]*run the command again/);
  });
});

describe("run", () => {
  it("passes input to a command and returns its output", async () => {
    assert.equal(await run("cat", [], { input: "text" }), "text");
  });

  it("fails with the command's exit code and output", async () => {
    await assert.rejects(run("sh", ["-c", "echo out; echo err >&2; exit 3"]), (error) => {
      assert.ok(error instanceof CommandFailed);
      assert.equal(error.code, 3);
      assert.match(error.message, /^sh -c .* ended with 3:\n(out\nerr|err\nout)$/);
      return true;
    });
  });
});
