import { claimsOf } from "./claims";
import type { GuardedRequest } from "../../kubectl/destroyGuard";
import type { Kubectl } from "../../kubectl/client";
import type { Claim, Volume } from "../../kubernetes/objects";
import type { DataRetention } from "./keys";

/**
 * Deletes claims at `pulumi destroy`, and waits until all claims of the namespace and their volumes are deleted. The state of a
 * stack holds it: keep the names of the fields.
 */
export interface DeleteClaimsRequest extends GuardedRequest {
  readonly namespace: string;
  /** With `retain` the claims are kept: nothing is deleted or waited for. */
  readonly dataRetention: DataRetention;
  /** Deleted StatefulSets whose claims are deleted. @default none: in states of earlier versions Kubernetes deletes them */
  readonly statefulSets?: readonly string[];
}

/** Requests the deletion of the StatefulSets' claims, and of orphaned pods, which would keep the claims. @throws KubectlError */
export async function deleteClaims(
  kubectl: Kubectl,
  { namespace, statefulSets = [] }: DeleteClaimsRequest,
): Promise<void> {
  const all = await kubectl.list<Claim>("persistentvolumeclaims", namespace);
  const where = ["--namespace", namespace, "--ignore-not-found=true", "--wait=false"];
  for (const statefulSet of statefulSets) {
    await kubectl.run(["delete", "pods", `--selector=app=${statefulSet}`, ...where]);
    const claims = claimsOf(statefulSet, all).map(({ metadata }) => metadata.name);
    if (claims.length > 0) await kubectl.run(["delete", "persistentvolumeclaim", ...claims, ...where]);
  }
}

/** Describes the claims and volumes of a namespace that still exist, with their state; empty when all are deleted. */
export function remainingClaimsAndVolumes(
  namespace: string,
  claims: readonly Claim[],
  volumes: readonly Volume[],
): string[] {
  return [
    ...claims.map(({ metadata, status }) => `claim ${metadata.name} (${status?.phase ?? "no phase"})`),
    ...volumes
      .filter(({ spec }) => spec.claimRef?.namespace === namespace && spec.persistentVolumeReclaimPolicy !== "Retain")
      .map(({ metadata, spec, status }) => {
        const state = [status?.phase ?? "no phase", status?.message].filter(Boolean).join(": ");
        return `volume ${metadata.name} of ${spec.claimRef?.name} (${state})`;
      }),
  ];
}
