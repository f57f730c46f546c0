import { setTimeout as wait } from "node:timers/promises";
import { isSchedulable } from "../kubernetes/conditions";
import type { Kubectl } from "../kubectl/client";
import type { Claim, CsiNode, Event, Node, StorageClass } from "../kubernetes/objects";

/** Whole seconds in which a class that refuses has said so. One that takes longer is at work. */
const timeoutSeconds = 30;

/** Whole seconds for which a refusal has to stand. Drivers try again, and some succeed only then. */
const refusalSeconds = 10;

/** The driver has not refused: it had no time, no connection, or works on the same claim already. */
const transientCodes = /code = (DeadlineExceeded|Unavailable|Aborted|Canceled|ResourceExhausted)\b/;

const name = "trial";

/**
 * Whether a class refuses volumes that many nodes write to. No field of a class says so: a claim asks it for a small one, in a
 * namespace that comes and goes with it.
 * @param second waits for a second
 * @returns the class's reason; undefined where it does not refuse
 */
export async function probeRwx(
  kubectl: Kubectl,
  storageClass: StorageClass,
  nodes: readonly Node[],
  namespace: string,
  second: () => Promise<unknown> = () => wait(1000),
): Promise<string | undefined> {
  // Of a trial that was cut off.
  await remove(kubectl, namespace, "--timeout=120s");
  await kubectl.run(["create", "namespace", namespace]);
  try {
    await kubectl.run(["create", "--filename=-"], JSON.stringify(await claim(kubectl, storageClass, nodes, namespace)));
    let refusedSeconds = 0;
    for (let passed = 0; passed < timeoutSeconds; passed++) {
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
  // A class that waits for a pod's node is told one, as the scheduler would tell it.
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
 * Name of a node on which a pod with such a volume could run: one that the driver is on. A provisioner that is on none by its name is
 * no CSI driver, and any node will do.
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

/** Its claim goes with it, and the volume with the claim. */
async function remove(kubectl: Kubectl, namespace: string, waiting: string): Promise<void> {
  await kubectl.run(["delete", "namespace", namespace, "--ignore-not-found=true", waiting]);
}
