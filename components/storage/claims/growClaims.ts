import type { Kubectl } from "../../kubectl/client";
import { KubectlError } from "../../kubectl/client";
import type { Claim, StorageClass } from "../../kubernetes/objects";
import { claimsOf } from "./claims";
import { pollUntilEmpty } from "../../kubectl/polling";
import { quantityBytes } from "../../kubernetes/quantity";

/** The claims of a StatefulSet, and the size to grow each of them to. */
export interface GrowClaimsRequest {
  readonly namespace: string;
  readonly statefulSet: string;
  /** Kubernetes quantity. Larger claims are not changed. */
  readonly size: string;
}

/** Timeout of a volume's growth, in whole seconds. */
const timeoutSeconds = 180;

/**
 * Grows the claims that are smaller than requested, and waits until their volumes have grown. Idempotent. A StatefulSet's
 * claim template is immutable, so pods that are added after a growth get claims of the first size: run this for them too.
 * @returns names of the grown claims
 * @throws KubectlError naming the claim that did not grow and the cluster's reason
 */
export async function growClaims(
  kubectl: Kubectl,
  { namespace, statefulSet, size }: GrowClaimsRequest,
): Promise<string[]> {
  const wanted = quantityBytes(size) ?? 0;
  const smaller = claimsOf(statefulSet, await kubectl.list<Claim>("persistentvolumeclaims", namespace)).filter(
    ({ spec }) => (quantityBytes(spec.resources.requests.storage) ?? 0) < wanted,
  );
  if (smaller.length === 0) return [];
  const classes = await kubectl.list<StorageClass>("storageclasses");
  for (const { metadata, spec } of smaller) {
    const storageClass = classes.find(({ metadata }) => metadata.name === spec.storageClassName);
    if (!storageClass?.allowVolumeExpansion) {
      throw new KubectlError(
        `The claim ${metadata.name} has ${spec.resources.requests.storage} and cannot grow to ${size}: its storage ` +
          `class "${spec.storageClassName}" does not expand claims`,
      );
    }
    const patch = JSON.stringify({ spec: { resources: { requests: { storage: size } } } });
    await kubectl.run(["patch", "persistentvolumeclaim", metadata.name, "--namespace", namespace, "--patch", patch]);
  }
  const names = smaller.map(({ metadata }) => metadata.name);
  await awaitGrowth(kubectl, namespace, names, wanted);
  return names;
}

async function awaitGrowth(kubectl: Kubectl, namespace: string, names: readonly string[], wanted: number) {
  const readSmallClaims = async () =>
    (await kubectl.list<Claim>("persistentvolumeclaims", namespace)).filter(
      (claim) => names.includes(claim.metadata.name) && !hasGrown(claim, wanted),
    );
  await pollUntilEmpty(
    timeoutSeconds,
    readSmallClaims,
    (waiting) =>
      new KubectlError(
        `Claims did not grow within ${timeoutSeconds} s: ${waiting.map(describe).join("; ")}. ` +
          `Inspect: kubectl --namespace ${namespace} describe persistentvolumeclaim`,
      ),
  );
}

/** Whether a claim has grown, or waits only for the next mount, at which the node grows the file system. */
export function hasGrown({ status }: Claim, wanted: number): boolean {
  const waitsForMount = status?.conditions?.some(
    ({ type, status }) => type === "FileSystemResizePending" && status === "True",
  );
  return (
    Boolean(waitsForMount) ||
    status?.phase === "Pending" ||
    (quantityBytes(status?.capacity?.storage ?? "") ?? 0) >= wanted
  );
}

function describe({ metadata, status }: Claim): string {
  const reasons = status?.conditions?.map(({ type, message }) => `${type} ${message ?? ""}`.trim()) ?? [];
  return `${metadata.name} (${[`capacity ${status?.capacity?.storage ?? "none"}`, ...reasons].join(", ")})`;
}
