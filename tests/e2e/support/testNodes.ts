import type { PlainObject } from "../../../lab/plugins/support/propertyValues";
import type { Api } from "../../../lab/plugins/kubernetes/api";

/** A node as its kubelet would tell of it. */
export interface NodeState {
  readonly ready: boolean;
  readonly architecture: string;
  readonly kernelVersion: string;
  readonly cpu: string;
  readonly hugePages: string;
}

/** One that has all that OpenEBS's replicated engine needs. */
export const completeNode: NodeState = {
  ready: true,
  architecture: "amd64",
  kernelVersion: "6.1.0-test",
  cpu: "4",
  hugePages: "2Gi",
};

/** Keeps pods off a node that runs none. Taints of this prefix come and go with a node's state: the preflight does not report them. */
export const noKubelet = { key: "node.kubernetes.io/test-no-kubelet", effect: "NoSchedule" };

/** Milliseconds between two signs of life: the cluster gives up a node after 40 s without one. */
const heartbeatMs = 8000;

/** Nodes that are only objects, without a kubelet: no pod is ever put on them. */
export class TestNodes {
  private readonly states = new Map<string, NodeState>();
  private readonly timer = setInterval(() => void this.beat(), heartbeatMs);

  constructor(private readonly api: Api) {}

  async add(name: string, state: NodeState): Promise<void> {
    await this.remove(name);
    const labels = { "kubernetes.io/hostname": name, "kubernetes.io/arch": state.architecture };
    const body = { apiVersion: "v1", kind: "Node", metadata: { name, labels }, spec: { taints: [noKubelet] } };
    await this.api.send({ method: "POST", path: "/api/v1/nodes", body });
    await this.set(name, state);
  }

  /** Makes a node another one. */
  async set(name: string, state: NodeState): Promise<void> {
    this.states.set(name, state);
    await this.api.send({
      method: "PATCH",
      path: `/api/v1/nodes/${name}/status`,
      contentType: "application/strategic-merge-patch+json",
      body: { status: nodeStatus(state) },
    });
  }

  async labels(name: string): Promise<PlainObject> {
    const node = await this.api.send({ method: "GET", path: `/api/v1/nodes/${name}` });
    return (node.metadata as PlainObject).labels as PlainObject;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    for (const name of this.states.keys()) await this.remove(name);
  }

  private async beat(): Promise<void> {
    for (const [name, state] of this.states) await this.set(name, state).catch(() => undefined);
  }

  private async remove(name: string): Promise<void> {
    await this.api.send({ method: "DELETE", path: `/api/v1/nodes/${name}` }).catch(() => undefined);
  }
}

/** The status of a node, as its kubelet would write it. */
export function nodeStatus({ ready, architecture, kernelVersion, cpu, hugePages }: NodeState): object {
  const now = new Date().toISOString();
  const resources = { cpu, memory: "8Gi", pods: "110", "hugepages-2Mi": hugePages };
  const condition = { type: "Ready", status: ready ? "True" : "False", reason: "Test", message: "says the test" };
  return {
    capacity: resources,
    allocatable: resources,
    conditions: [{ ...condition, lastHeartbeatTime: now, lastTransitionTime: now }],
    nodeInfo: { ...nodeInfo, architecture, kernelVersion },
  };
}

const unknown = "unknown";
const nodeInfo = {
  ...{ machineID: unknown, systemUUID: unknown, bootID: unknown, osImage: unknown, operatingSystem: "linux" },
  ...{ containerRuntimeVersion: unknown, kubeletVersion: "v1.37.2", kubeProxyVersion: "v1.37.2" },
};
