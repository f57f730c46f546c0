import type { Condition } from "./objects";

/** A node or a pod. */
interface WithConditions {
  readonly status: { readonly conditions?: readonly Condition[] };
}

/** Whether a node's kubelet says that pods can run on it; whether a pod's probes let it have traffic. */
export function isReady({ status }: WithConditions): boolean {
  return status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}
