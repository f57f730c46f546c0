import type { Claim } from "../../kubernetes/objects";
import type { DataRetention } from "./keys";

/** Name of the claim that all pods of a site with shared content use. */
export const contentClaimName = "wordpress-content";

/** Annotation of that claim after the content of all pods' claims was migrated to it. */
export const migratedAnnotation = "wordpress/migrated";

/** The claim template `data`, whose claims are named `data-<statefulset>-<n>`. Never change it on a live stack. */
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
 * Retention policy of a StatefulSet's claims. Deleting the StatefulSet by hand never deletes them: only `pulumi destroy` does
 * (deleteClaims.ts).
 * @param whenScaled whether claims are deleted when their pods are scaled down
 */
export function claimRetentionPolicy(whenScaled: DataRetention) {
  return { whenDeleted: "Retain", whenScaled: whenScaled === "retain" ? "Retain" : "Delete" };
}

/** The claims of a StatefulSet's template `data`, lowest number first. */
export function claimsOf(statefulSet: string, claims: readonly Claim[]): Claim[] {
  const ordinal = (claim: Claim) => Number(claim.metadata.name.slice(`data-${statefulSet}-`.length));
  return claims
    .filter((claim) => new RegExp(`^data-${statefulSet}-\\d+$`).test(claim.metadata.name))
    .sort((one, other) => ordinal(one) - ordinal(other));
}
