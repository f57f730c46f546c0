import * as assert from "node:assert";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import type { PreflightResult, PreflightRequest } from "../../components/preflight/checks";
import { projectRoot } from "../../lab/support/paths";
import { RecordingProvider } from "../support/recordingProvider";
import { KubectlServer } from "./support/kubectlServer";
import { SmallCluster } from "./support/smallCluster";

const request: PreflightRequest = {
  ...{ instance: "abc", namespace: "wordpress", nodePort: 30007, engine: "existing", nfs: false, claims: [] },
  content: { content: "perPod" },
};

describe("the preflight's script", function () {
  this.timeout(20 * 60_000);
  const cluster = new SmallCluster(new RecordingProvider());
  const kubectl = new KubectlServer(cluster);
  const bin = fs.mkdtempSync(path.join(os.tmpdir(), "kubectl-"));
  let environment: NodeJS.ProcessEnv;

  before(async () => {
    environment = { ...process.env, ...(await kubectl.start(bin)), PATH: `${bin}${path.delimiter}${process.env.PATH}` };
  });
  after(() => {
    kubectl.stop();
    fs.rmSync(bin, { recursive: true });
  });

  /** Runs it as the command provider does: what it says to the user, and what Pulumi keeps. */
  async function preflight(): Promise<{ said: string; record: PreflightResult }> {
    const { stdout, stderr } = await promisify(execFile)("node", ["--require", "tsx/cjs", "scripts.ts", "preflight"], {
      cwd: projectRoot,
      env: { ...environment, CLUSTER_CONTEXT: "small", REQUEST: JSON.stringify(request) },
    });
    return { said: stderr, record: JSON.parse(stdout) as PreflightResult };
  }

  it("names the context, the server and the storage class, so that the first up says where it goes", async () => {
    const { said } = await preflight();
    assert.match(said, /On context "small" \(https:\/\/small-1\.example:6443\), storage class "standard"/);
  });

  it("records the ports that the cluster's name servers have", async () => {
    assert.deepStrictEqual((await preflight()).record.nameServerPorts, []);
    cluster.services.push({
      metadata: { name: "kube-dns", namespace: "kube-system", uid: "1", labels: { "k8s-app": "kube-dns" } },
      spec: { ports: [{ port: 53, targetPort: 8053 }] },
    });
    assert.deepStrictEqual((await preflight()).record.nameServerPorts, [8053]);
  });
});
