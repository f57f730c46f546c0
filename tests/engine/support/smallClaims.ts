import type { Claim } from "../../../components/kubernetes/objects";
import { property } from "../../support/properties";
import type { RecordedCall } from "../../support/recordedCall";

/** A claim, and whether it is deleted with its StatefulSet or with its pod. */
export interface SmallClaim extends Claim {
  readonly statefulSet: string;
  readonly ordinal: number;
  readonly isDeletedWithSet: boolean;
  readonly isDeletedWithPod: boolean;
}

/**
 * Reconciles claims as the StatefulSet controller does: new pods get claims from the template, and the retention policy tells
 * whether the claims of deleted StatefulSets and of surplus pods are deleted.
 */
export function reconciled(
  claims: readonly SmallClaim[],
  statefulSets: readonly RecordedCall[],
  defaultClass: string,
): SmallClaim[] {
  const wanted = statefulSets.flatMap((statefulSet) => claimsOf(statefulSet, defaultClass));
  const kept = claims.filter((claim) => {
    const siblings = wanted.filter((other) => sameOwner(claim, other));
    if (siblings.length === 0) return !claim.isDeletedWithSet;
    return !claim.isDeletedWithPod || claim.ordinal < siblings.length;
  });
  const missing = wanted.filter(
    (claim) => !kept.some((other) => sameOwner(claim, other) && claim.ordinal === other.ordinal),
  );
  return [...kept.map((claim) => underPresentPolicy(claim, wanted)), ...missing];
}

/** The claim after a growth, whose volume has grown at once. */
export function grown(claim: SmallClaim, storage: string): SmallClaim {
  return {
    ...claim,
    spec: { ...claim.spec, resources: { requests: { storage } } },
    status: { ...claim.status, capacity: { storage } },
  };
}

function claimsOf({ inputs }: RecordedCall, defaultClass: string): SmallClaim[] {
  const text = (path: string) => {
    const value = property(inputs, path);
    return typeof value === "string" ? value : undefined;
  };
  const template = "spec.volumeClaimTemplates[0]";
  const [statefulSet, namespace] = [text("metadata.name") ?? "", text("metadata.namespace") ?? "default"];
  const storage = text(`${template}.spec.resources.requests.storage`) ?? "";
  const policy = "spec.persistentVolumeClaimRetentionPolicy";
  return Array.from({ length: Number(property(inputs, "spec.replicas") ?? 1) }, (_, ordinal) => {
    const name = `${text(`${template}.metadata.name`)}-${statefulSet}-${ordinal}`;
    return {
      metadata: { name, namespace, uid: `uid-${name}` },
      spec: {
        storageClassName: text(`${template}.spec.storageClassName`) ?? defaultClass,
        resources: { requests: { storage } },
      },
      status: { phase: "Bound", capacity: { storage } },
      ...{ statefulSet, ordinal },
      isDeletedWithSet: text(`${policy}.whenDeleted`) === "Delete",
      isDeletedWithPod: text(`${policy}.whenScaled`) === "Delete",
    };
  });
}

function underPresentPolicy(claim: SmallClaim, wanted: readonly SmallClaim[]): SmallClaim {
  const present = wanted.find((other) => sameOwner(claim, other));
  if (!present) return claim;
  return { ...claim, isDeletedWithSet: present.isDeletedWithSet, isDeletedWithPod: present.isDeletedWithPod };
}

function sameOwner(one: SmallClaim, other: SmallClaim): boolean {
  return one.statefulSet === other.statefulSet && one.metadata.namespace === other.metadata.namespace;
}
