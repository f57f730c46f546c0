import * as assert from "node:assert/strict";
import { failure } from "../support/failure";
import { SshNode } from "../support/sshNode";
import { SmallProgram } from "./support/smallProgram";

describe("command: script on another machine", function () {
  this.timeout(6 * 60_000);
  let node: SshNode;
  let small: SmallProgram;

  before(async () => {
    node = await SshNode.start();
    small = await SmallProgram.start("");
    await small.configureSecret("key", node.privateKey);
  });
  after(async () => {
    small?.remove();
    await node?.stop();
  });

  /** A program with one remote command and these inputs. */
  const program = (inputs: string, connection: object = {}) => `
    const privateKey = new pulumi.Config().requireSecret("key");
    const connection = { privateKey, ...${JSON.stringify({ ...reached(), ...connection })} };
    const there = new command.remote.Command("there", { connection, ${inputs} }, { additionalSecretOutputs: ["stdout"] });
    exports.stdout = there.stdout;`;
  const reached = () => ({ host: "127.0.0.1", port: node.port, hostKey: node.hostKey, dialErrorLimit: 2 });
  const stdout = async () => (await small.outputs("--show-secrets")).stdout;

  it("runs as the user of the connection, on that machine", async () => {
    small.change(program(`create: "id --user; modprobe there; cat /root/.ssh/authorized_keys"`));
    await small.up();
    assert.match(String(await stdout()), /^0\nssh-ed25519 /);
    assert.equal(node.calls, "modprobe there\n");
  });

  it("keeps the key secret, and its outputs if the program marks them", async () => {
    const [, line = ""] = node.privateKey.split("\n");
    assert.ok(line.length > 50);
    assert.ok(!small.stateText().includes(line));
    assert.ok(!small.transcript.includes(line));
    assert.equal((await small.outputs()).stdout, "[secret]");
  });

  it("does not run at a second up", async () => {
    const { changes } = await small.up();
    assert.deepEqual(Object.keys(changes), ["same"]);
  });

  it("runs update for a change, with its text on standard input", async () => {
    small.change(program(`create: "echo made", update: "cat; modprobe updated", stdin: "given"`));
    await small.up();
    assert.equal(await stdout(), "given");
    assert.match(node.calls, /modprobe updated\n$/);
  });

  it("fails with the script's exit code and output, and keeps the state", async () => {
    small.change(program(`create: "echo made", update: "echo so far; echo it breaks >&2; exit 3"`));
    const output = await failure(small.up());
    assert.match(output, /Process exited with status 3: running "echo so far; echo it breaks >&2; exit 3":/);
    assert.match(output, /so far\n[^]*it breaks/);
    assert.equal(await stdout(), "given");
  });

  it("does not run on a machine that presents another key", async () => {
    const other = await SshNode.start();
    try {
      small.change(program(`create: "echo made", update: "modprobe wrong"`, { hostKey: other.hostKey }));
      const output = await failure(small.up());
      assert.match(output, /after 3 failed attempts: [^]*Host key verification failed/);
      assert.ok(!node.calls.includes("wrong"));
    } finally {
      await other.stop();
    }
  });

  it("fails after three attempts to reach a machine that does not answer", async () => {
    small.change(program(`create: "echo made", update: "true"`, { port: 1 }));
    assert.match(await failure(small.up()), /after 3 failed attempts: ssh: connect to host 127\.0\.0\.1 port 1: /);
  });

  it("refuses unsupported inputs before anything runs", async () => {
    small.change(program(`create: "echo made", update: "modprobe refused"`, { password: "hunter2" }));
    assert.match(await failure(small.up()), /connection\.password.*not supported by the stand-in/);
    assert.ok(!node.calls.includes("refused"));
  });

  it("runs delete when it is destroyed", async () => {
    small.change(program(`create: "echo made", update: "echo changed", delete: "modprobe gone"`));
    await small.up();
    await small.destroy();
    assert.match(node.calls, /modprobe gone\n$/);
  });
});
