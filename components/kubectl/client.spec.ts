import * as assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Kubectl } from "./client";
import { projectRoot } from "../../lab/support/paths";
import { isRunning } from "../../tests/plugins/support/startedCommand";

/** Writes its process ID, prints its input, and with the argument `wait` never ends. */
const smallKubectl = `#!/bin/sh
echo $$ >"$FOLDER/kubectl.pid"
if test "$1" = --kubeconfig; then cat "$2"; fi
case "$*" in
*wait*) exec sleep 300 ;;
*fail*) echo "error: no such context" >&2; exit 3 ;;
*input*) cat ;;
esac
`;

describe("kubectl client", () => {
  const { PATH, TMPDIR } = process.env;
  let folder: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "kubectl-"));
    fs.mkdirSync(path.join(folder, "tmp"));
    fs.writeFileSync(path.join(folder, "kubectl"), smallKubectl, { mode: 0o755 });
    Object.assign(process.env, { FOLDER: folder, PATH: `${folder}:${PATH}`, TMPDIR: path.join(folder, "tmp") });
  });
  afterEach(() => {
    process.env.PATH = PATH;
    delete process.env.FOLDER;
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
    fs.rmSync(folder, { recursive: true });
  });

  const kubeconfig = "apiVersion: v1\nkind: Config\n# the token\n";
  const inFolder = (file: string) => path.join(folder, file);
  const kubeconfigFiles = () => fs.readdirSync(inFolder("tmp")).filter((name) => name.startsWith("kubeconfig-"));
  const pid = async () => {
    while (!fs.existsSync(inFolder("kubectl.pid"))) await sleep(20);
    return Number(fs.readFileSync(inFolder("kubectl.pid"), "utf8"));
  };
  const assertEnded = async (process: number) => {
    for (let waited = 0; isRunning(process) && waited < 5000; waited += 50) await sleep(50);
    assert.ok(!isRunning(process), "the process still runs");
  };
  /** Starts a script that waits for kubectl as the child of another process. */
  const startScript = async (): Promise<{ parent: ChildProcess; script: number; kubectl: number }> => {
    fs.writeFileSync(
      inFolder("script.js"),
      `const { runCommand } = require(${JSON.stringify(path.join(projectRoot, "components/kubectl/scriptRuntime"))});
      require("fs").writeFileSync(${JSON.stringify(inFolder("script.pid"))}, String(process.pid));
      runCommand((kubectl) => kubectl.run(["wait"]));`,
    );
    const source = `require("child_process").spawn("node", ["--require", "tsx/cjs", ${JSON.stringify(inFolder("script.js"))}]);`;
    const env = { ...process.env, CLUSTER_KUBECONFIG: kubeconfig, CLUSTER_CONTEXT: "small" };
    const parent = spawn("node", ["--eval", source], { cwd: projectRoot, env, stdio: "ignore" });
    const kubectl = await pid();
    return { parent, kubectl, script: Number(fs.readFileSync(inFolder("script.pid"), "utf8")) };
  };

  it("passes the kubeconfig's text and the input to kubectl at every run", async () => {
    const kubectl = new Kubectl({ kubeconfig, context: "small" });
    assert.equal(await kubectl.run(["get"]), kubeconfig);
    assert.equal(await kubectl.run(["input"], "and this"), `${kubeconfig}and this`);
    assert.deepEqual(kubeconfigFiles(), []);
  });

  it("fails with kubectl's message, or with the reason that kubectl is not installed", async () => {
    const kubectl = new Kubectl({ context: "small" });
    await assert.rejects(kubectl.run(["fail"]), { message: "error: no such context" });
    process.env.PATH = inFolder("tmp");
    await assert.rejects(kubectl.run(["get"]), /kubectl is not on PATH, and this program checks the cluster with it/);
  });

  for (const signal of ["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"] as const) {
    it(`ends kubectl and leaves no kubeconfig file when ${signal} ends the script`, async () => {
      const { parent, script, kubectl } = await startScript();
      assert.deepEqual(kubeconfigFiles(), [], "the kubeconfig is in a file");
      process.kill(script, signal);
      await assertEnded(kubectl);
      assert.deepEqual(kubeconfigFiles(), []);
      if (parent.exitCode === null) await once(parent, "exit");
    });
  }

  it("ends kubectl and the script when the script's parent process is killed", async () => {
    const { parent, script, kubectl } = await startScript();
    parent.kill("SIGKILL");
    await assertEnded(script);
    await assertEnded(kubectl);
  });
});
