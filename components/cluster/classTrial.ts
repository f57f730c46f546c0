import { setTimeout as wait } from "node:timers/promises";
import { isReady } from "./conditions";
import type { Kubectl } from "./kubectl";
import type { Claim, Event, Node, StorageClass } from "./objects";

/** Whole seconds in which a class that refuses has said so. One that takes longer is at work. */
const patienceSeconds = 20;

const name = "trial";

/**
 * Whether a class refuses volumes that many nodes write to. No field of a class says so: a claim asks it for a small one, in a
 * namespace that comes and goes with it.
 * @returns the class's reason; undefined where it does not refuse
 */
export async function refusalOfManyNodes(
  kubectl: Kubectl,
  storageClass: StorageClass,
  nodes: readonly Node[],
  namespace: string,
): Promise<string | undefined> {
  // Of a trial that was cut off.
  await remove(kubectl, namespace, "--timeout=120s");
  await kubectl.run(["create", "namespace", namespace]);
  try {
    // A class that waits for a pod's node is told one, as the scheduler would tell it.
    const node = nodes.find(isReady)?.metadata.name;
    const waits = storageClass.volumeBindingMode === "WaitForFirstConsumer" && node !== undefined;
    const annotations = waits ? { "volume.kubernetes.io/selected-node": node } : {};
    const claim = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name, namespace, annotations },
      spec: {
        accessModes: ["ReadWriteMany"],
        storageClassName: storageClass.metadata.name,
        resources: { requests: { storage: "1Gi" } },
      },
    };
    await kubectl.run(["create", "--filename=-"], JSON.stringify(claim));
    for (let second = 0; second < patienceSeconds; second++) {
      const { status } = await kubectl.json<Claim>(["get", "persistentvolumeclaim", name, "--namespace", namespace]);
      if (status?.phase === "Bound") return undefined;
      const events = await kubectl.list<Event>("events", namespace);
      const refused = events.find(({ type, reason }) => type === "Warning" && reason === "ProvisioningFailed");
      if (refused) return refused.message?.trim() ?? "it gives no reason";
      await wait(1000);
    }
    return undefined;
  } finally {
    await remove(kubectl, namespace, "--wait=false");
  }
}

/** Its claim goes with it, and the volume with the claim. */
async function remove(kubectl: Kubectl, namespace: string, patience: string): Promise<void> {
  await kubectl.run(["delete", "namespace", namespace, "--ignore-not-found=true", patience]);
}
