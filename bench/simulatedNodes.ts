import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { labNodes } from "../lab/cluster/layout";
import { ensureKwok, kwokStages } from "../lab/kwok/build";
import { labPaths } from "../lab/support/paths";
import type { Cluster } from "../tests/e2e/support/cluster";
import { completeNode, nodeStatus, noKubelet } from "../tests/e2e/support/testNodes";

/** Where simulated pods are said to be: nothing of the lab's is there. */
const podNetwork = "10.88.0.0/16";

/** What kwok knows its nodes by. */
const own = { name: "kwok.x-k8s.io/node", value: "fake" };

/**
 * Nodes of the lab that are only objects, of which kwok is the kubelet: their pods are ready as soon as they are made, and nothing
 * runs in them. Each has what OpenEBS's replicated engine needs.
 */
export class SimulatedNodes {
  private constructor(
    private readonly cluster: Cluster,
    private readonly kwok: ChildProcess,
  ) {}

  static async start(cluster: Cluster): Promise<SimulatedNodes> {
    const log = fs.openSync(path.join(labPaths.logs, "kwok.log"), "w");
    const kwok = spawn(
      await ensureKwok(),
      [
        `--kubeconfig=${labPaths.kubeconfig}`,
        `--config=${kwokStages}`,
        `--manage-nodes-with-annotation-selector=${own.name}=${own.value}`,
        `--cidr=${podNetwork}`,
        // Without it there are no signs of life, and the cluster gives the nodes up.
        "--node-lease-duration-seconds=40",
      ],
      { stdio: ["ignore", log, log] },
    );
    fs.closeSync(log);
    return new SimulatedNodes(cluster, kwok);
  }

  /** Makes them, `sim-0` and on. @param takesPods whether pods that tolerate nothing may be put there */
  async add(count: number, { takesPods }: { readonly takesPods: boolean }): Promise<string[]> {
    const names = Array.from({ length: count }, (_, index) => `sim-${index}`);
    const items = names.map((name) => ({
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name,
        annotations: { [own.name]: own.value },
        labels: { "kubernetes.io/hostname": name, "kubernetes.io/arch": completeNode.architecture, simulated: "true" },
      },
      spec: takesPods ? {} : { taints: [noKubelet] },
      status: nodeStatus(completeNode),
    }));
    await this.cluster.apply(JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    await this.cluster.kubectl("wait", "nodes", "--selector=simulated", "--for=condition=Ready", "--timeout=120s");
    return names;
  }

  /** What is scheduled while `work` goes on is on them alone. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const real = labNodes.map(({ name }) => name);
    await this.cluster.kubectl("cordon", ...real);
    try {
      return await work();
    } finally {
      await this.cluster.kubectl("uncordon", ...real);
    }
  }

  async remove(): Promise<void> {
    await this.cluster.kubectl("delete", "nodes", "--selector=simulated", "--wait=false");
  }

  async stop(): Promise<void> {
    await this.remove();
    if (this.kwok.exitCode !== null)
      throw new Error(`kwok ended with ${this.kwok.exitCode}: ${labPaths.logs}/kwok.log`);
    this.kwok.kill();
    await once(this.kwok, "exit");
  }
}
