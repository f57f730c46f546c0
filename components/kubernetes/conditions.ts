import type { Condition, Node, Pod, Taint } from "./objects";

/** A node, or a pod. */
interface WithConditions {
  readonly status: { readonly conditions?: readonly Condition[] };
}

/** Whether the condition `Ready` is true: a node can run pods, a pod gets traffic. */
export function isReady({ status }: WithConditions): boolean {
  return status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

/** Whether a pod is ready and not terminating. A terminating pod stays Ready until it ends. */
export function isServing(pod: Pod): boolean {
  return isReady(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** Taints that keep pods without tolerations off a node, except those that Kubernetes sets by the node's state. */
export function repellingTaints({ spec }: Node): Taint[] {
  return (spec?.taints ?? []).filter(
    ({ key, effect }) => effect !== "PreferNoSchedule" && !key.startsWith("node.kubernetes.io/"),
  );
}

/** Whether a pod without tolerations can be scheduled on a node now. */
export function isSchedulable(node: Node): boolean {
  return isReady(node) && node.spec?.unschedulable !== true && repellingTaints(node).length === 0;
}
