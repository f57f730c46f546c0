import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { labNodes } from "../lab/cluster/layout";
import { ensureKwok, kwokStages } from "../lab/kwok/build";
import { labPaths } from "../lab/support/paths";
import type { Cluster } from "../tests/e2e/support/cluster";
import { completeNode, nodeStatus, noKubelet } from "../tests/e2e/support/testNodes";

/** Addresses reported for simulated pods. The lab does not use this network. */
const podNetwork = "10.88.0.0/16";

/** The annotation by which kwok recognizes its nodes. */
const own = { name: "kwok.x-k8s.io/node", value: "fake" };

/**
 * Simulated nodes: Node objects whose kubelet is kwok. Their pods are ready as soon as they exist, and no container runs.
 * Each node reports what OpenEBS's replicated engine needs.
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
        // Without leases, the cluster marks the nodes as lost.
        "--node-lease-duration-seconds=40",
      ],
      { stdio: ["ignore", log, log] },
    );
    fs.closeSync(log);
    return new SimulatedNodes(cluster, kwok);
  }

  /** Creates the nodes `sim-0`, `sim-1` and so on. @param takesPods whether pods without tolerations may be scheduled there */
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

  /** Runs `work` while pods can be scheduled on simulated nodes only. */
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
      throw new Error(`kwok exited with ${this.kwok.exitCode}; its log: ${labPaths.logs}/kwok.log`);
    this.kwok.kill();
    await once(this.kwok, "exit");
  }
}
