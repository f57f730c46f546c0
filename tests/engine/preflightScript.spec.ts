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
  database: { image: "mariadb:10.11", upgrade: "none" },
  defaultImages: [],
};

describe("preflight script", function () {
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

  /** Runs the script as the command provider does. @returns its log for the user, and the result that Pulumi keeps */
  async function preflight(): Promise<{ log: string; result: PreflightResult }> {
    const { stdout, stderr } = await promisify(execFile)("node", ["--require", "tsx/cjs", "scripts.ts", "preflight"], {
      cwd: projectRoot,
      env: { ...environment, CLUSTER_CONTEXT: "small", REQUEST: JSON.stringify(request) },
    });
    return { log: stderr, result: JSON.parse(stdout) as PreflightResult };
  }

  it("logs the context, the server, and the storage class", async () => {
    const { log } = await preflight();
    assert.match(log, /On context "small" \(https:\/\/small-1\.example:6443\), storage class "standard"/);
  });

  it("returns the ports of the cluster's name servers", async () => {
    assert.deepStrictEqual((await preflight()).result.nameServerPorts, []);
    cluster.services.push({
      metadata: { name: "kube-dns", namespace: "kube-system", uid: "1", labels: { "k8s-app": "kube-dns" } },
      spec: { ports: [{ port: 53, targetPort: 8053 }] },
    });
    assert.deepStrictEqual((await preflight()).result.nameServerPorts, [8053]);
  });
});
