import { claimsOf } from "./claims";
import type { GuardedRequest } from "../../kubectl/destroyGuard";
import type { Kubectl } from "../../kubectl/client";
import type { Claim, Volume } from "../../kubernetes/objects";
import type { DataRetention } from "./claims";

/** What a stack does when it goes: deletes claims, and waits until all claims of the namespace and their volumes are gone. */
export interface DeleteClaimsRequest extends GuardedRequest {
  readonly namespace: string;
  /** With `retain` nothing is deleted or waited for: the claims stay. */
  readonly dataRetention: DataRetention;
  /** StatefulSets that are gone, whose claims are to go. @default none, as in states whose claims go with their StatefulSet */
  readonly statefulSets?: readonly string[];
}

/** Asks for the deletion of the StatefulSets' claims, and of pods that somebody left without their StatefulSet. @throws KubectlError */
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

/** Claims and volumes of a namespace that are still there, each with what holds it; empty when all are gone. */
export function remainingVolumes(namespace: string, claims: readonly Claim[], volumes: readonly Volume[]): string[] {
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
