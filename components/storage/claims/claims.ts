import type { Claim } from "../../kubernetes/objects";

/** What becomes of claims when their pods or the stack go. */
export type DataRetention = "delete" | "retain";

/** Name of the claim that the pods of a site with shared content have together. */
export const contentClaimName = "wordpress-content";

/** On that claim, once the content of all pods' claims is on it. */
export const migratedAnnotation = "wordpress/migrated";

/** How it can be mounted: from all nodes, or from one node at a time. */
export type ContentAccessMode = "ReadWriteMany" | "ReadWriteOnce";

/** The template `data`, whose claims are named `data-<statefulset>-<n>`. Never change it on a live stack. */
export function claimTemplate(size: string, storageClass: string | undefined) {
  return {
    metadata: { name: "data" },
    spec: {
      accessModes: ["ReadWriteOnce"],
      ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
      resources: { requests: { storage: size } },
    },
  };
}

/**
 * A StatefulSet that somebody deletes by hand never takes its claims along: they go by `pulumi destroy` alone (deleteClaims.ts).
 * @param whenScaled what becomes of the claims of pods that are scaled away
 */
export function claimRetentionPolicy(whenScaled: DataRetention) {
  return { whenDeleted: "Retain", whenScaled: whenScaled === "retain" ? "Retain" : "Delete" };
}

/** The claims that a StatefulSet's template `data` made, lowest number first. */
export function claimsOf(statefulSet: string, claims: readonly Claim[]): Claim[] {
  const ordinal = (claim: Claim) => Number(claim.metadata.name.slice(`data-${statefulSet}-`.length));
  return claims
    .filter((claim) => new RegExp(`^data-${statefulSet}-\\d+$`).test(claim.metadata.name))
    .sort((one, other) => ordinal(one) - ordinal(other));
}
