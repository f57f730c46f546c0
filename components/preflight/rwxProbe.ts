import { setTimeout as wait } from "node:timers/promises";
import { isSchedulable } from "../kubernetes/conditions";
import type { Kubectl } from "../kubectl/client";
import type { Claim, CsiNode, Event, Node, StorageClass } from "../kubernetes/objects";

/** Timeout of the probe, in whole seconds. A class that has not refused by then is provisioning. */
const timeoutSeconds = 30;

/** Whole seconds for which a refusal must persist. Drivers retry, and some succeed at the second attempt. */
const refusalSeconds = 10;

/** gRPC codes that are no refusal: the driver had no time or no connection, or already works on the same claim. */
const transientCodes = /code = (DeadlineExceeded|Unavailable|Aborted|Canceled|ResourceExhausted)\b/;

const name = "trial";

/**
 * Probes whether a storage class supports ReadWriteMany. No field of a class tells this, so the probe creates a small claim
 * in a namespace of its own, and deletes the namespace afterwards.
 * @param second waits for a second
 * @returns the class's reason for a refusal; undefined if it does not refuse
 */
export async function probeRwx(
  kubectl: Kubectl,
  storageClass: StorageClass,
  nodes: readonly Node[],
  namespace: string,
  second: () => Promise<unknown> = () => wait(1000),
): Promise<string | undefined> {
  // An interrupted probe may have left it.
  await remove(kubectl, namespace, "--timeout=120s");
  await kubectl.run(["create", "namespace", namespace]);
  try {
    await kubectl.run(["create", "--filename=-"], JSON.stringify(await claim(kubectl, storageClass, nodes, namespace)));
    let refusedSeconds = 0;
    for (let elapsed = 0; elapsed < timeoutSeconds; elapsed++) {
      const { status } = await kubectl.json<Claim>(["get", "persistentvolumeclaim", name, "--namespace", namespace]);
      if (status?.phase === "Bound") return undefined;
      const refusal = (await kubectl.list<Event>("events", namespace)).find(isRefusal);
      if (refusal && refusedSeconds++ >= refusalSeconds) return refusal.message?.trim() || "it gives no reason";
      await second();
    }
    return undefined;
  } finally {
    await remove(kubectl, namespace, "--wait=false");
  }
}

function isRefusal({ type, reason, message = "" }: Event): boolean {
  return type === "Warning" && reason === "ProvisioningFailed" && !transientCodes.test(message);
}

async function claim(kubectl: Kubectl, storageClass: StorageClass, nodes: readonly Node[], namespace: string) {
  // A class with WaitForFirstConsumer provisions only after a node is selected, which the scheduler would do for a pod.
  const node =
    storageClass.volumeBindingMode === "WaitForFirstConsumer"
      ? probeNode(storageClass.provisioner, nodes, await kubectl.list<CsiNode>("csinodes"))
      : undefined;
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      name,
      namespace,
      annotations: node === undefined ? {} : { "volume.kubernetes.io/selected-node": node },
    },
    spec: {
      accessModes: ["ReadWriteMany"],
      storageClassName: storageClass.metadata.name,
      resources: { requests: { storage: "1Gi" } },
    },
  };
}

/**
 * Name of a node that could run a pod with such a volume: a schedulable one with the driver. If no node has a driver of that
 * name, the provisioner is no CSI driver, and any schedulable node is suitable.
 */
export function probeNode(driver: string, nodes: readonly Node[], csiNodes: readonly CsiNode[]): string | undefined {
  const withDriver = csiNodes
    .filter(({ spec }) => spec.drivers?.some(({ name }) => name === driver))
    .map(({ metadata }) => metadata.name);
  return nodes
    .filter(isSchedulable)
    .map(({ metadata }) => metadata.name)
    .find((candidate) => withDriver.length === 0 || withDriver.includes(candidate));
}

/** Deletes the namespace with its claim, and thereby the volume. */
async function remove(kubectl: Kubectl, namespace: string, waiting: string): Promise<void> {
  await kubectl.run(["delete", "namespace", namespace, "--ignore-not-found=true", waiting]);
}
