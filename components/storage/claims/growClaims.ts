import type { Kubectl } from "../../kubectl/client";
import { KubectlError } from "../../kubectl/client";
import type { Claim, StorageClass } from "../../kubernetes/objects";
import { claimsOf } from "./claims";
import { pollUntilEmpty } from "../../kubectl/polling";
import { quantityBytes } from "../../kubernetes/quantity";

/** A StatefulSet's claims, and the size that each of them is to have. */
export interface GrowClaimsRequest {
  readonly namespace: string;
  readonly statefulSet: string;
  /** Kubernetes quantity. Claims that are larger stay as they are. */
  readonly size: string;
}

/** Whole seconds that a volume may take to grow. */
const patienceSeconds = 180;

/**
 * Grows the claims that are smaller than asked for, and waits until their volumes have grown. A StatefulSet's claim
 * template cannot change, so that pods which are added after a growth start with a claim of the first size: this is run
 * for them too.
 * @returns the names of the claims that were grown
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
  await untilGrown(kubectl, namespace, names, wanted);
  return names;
}

async function untilGrown(kubectl: Kubectl, namespace: string, names: readonly string[], wanted: number) {
  const small = async () =>
    (await kubectl.list<Claim>("persistentvolumeclaims", namespace)).filter(
      (claim) => names.includes(claim.metadata.name) && !hasGrown(claim, wanted),
    );
  await pollUntilEmpty(
    patienceSeconds,
    small,
    (waiting) =>
      new KubectlError(
        `Claims did not grow within ${patienceSeconds} s: ${waiting.map(describe).join("; ")}. ` +
          `Look: kubectl --namespace ${namespace} describe persistentvolumeclaim`,
      ),
  );
}

/** Grown, or waiting only for the pod that mounts it next, which the node does by itself. */
export function hasGrown({ status }: Claim, wanted: number): boolean {
  const pending = status?.conditions?.some(
    ({ type, status }) => type === "FileSystemResizePending" && status === "True",
  );
  return (
    Boolean(pending) || status?.phase === "Pending" || (quantityBytes(status?.capacity?.storage ?? "") ?? 0) >= wanted
  );
}

function describe({ metadata, status }: Claim): string {
  const reasons = status?.conditions?.map(({ type, message }) => `${type} ${message ?? ""}`.trim()) ?? [];
  return `${metadata.name} (${[`capacity ${status?.capacity?.storage ?? "none"}`, ...reasons].join(", ")})`;
}
