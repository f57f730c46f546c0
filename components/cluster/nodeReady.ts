import type { Node } from "./objects";

/** Whether a node's kubelet says that pods can run on it. */
export function isReady({ status }: Node): boolean {
  return status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}
