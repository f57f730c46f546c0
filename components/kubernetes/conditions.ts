import type { Condition, Node, Pod, Taint } from "./objects";

/** A node or a pod. */
interface WithConditions {
  readonly status: { readonly conditions?: readonly Condition[] };
}

/** Whether a node's kubelet says that pods can run on it; whether a pod's probes let it have traffic. */
export function isReady({ status }: WithConditions): boolean {
  return status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

/** Whether a pod serves and is to stay: one that was deleted is Ready until it ends. */
export function isServing(pod: Pod): boolean {
  return isReady(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** Taints that keep a pod without tolerations off a node. Kubernetes's own come and go with the node's state. */
export function repellingTaints({ spec }: Node): Taint[] {
  return (spec?.taints ?? []).filter(
    ({ key, effect }) => effect !== "PreferNoSchedule" && !key.startsWith("node.kubernetes.io/"),
  );
}

/** Whether a pod without tolerations can be scheduled on a node now. */
export function isSchedulable(node: Node): boolean {
  return isReady(node) && node.spec?.unschedulable !== true && repellingTaints(node).length === 0;
}
