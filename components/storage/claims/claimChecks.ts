import { quantityBytes } from "../../kubernetes/quantity";
import { configSet } from "../../../stacks/config/commands";
import { claimsOf, contentClaimName } from "./claims";
import type { Claim, StorageClass } from "../../kubernetes/objects";

/** Claims whose size one configuration key sets. */
export interface RequestedClaims {
  /** Name of the StatefulSet whose template `data` creates them, or of the single claim. */
  readonly of: { readonly statefulSet: string } | { readonly claim: string };
  readonly sizeKey: string;
  readonly size: string;
}

/** Namespace, engine, and class of a stack's claims. */
export interface ClaimsLocation {
  readonly namespace: string;
  readonly engine: string;
  /** Null for the cluster's default class. */
  readonly configuredClass: string | null;
}

/** Findings for another namespace, class, or engine than that of existing claims, which cannot move. They tell how to move the site. */
export function moveFindings(
  request: ClaimsLocation,
  facts: { readonly claims: readonly Claim[]; readonly previousClaims: readonly Claim[] },
  {
    previous,
    storageClass,
  }: {
    previous: ClaimsLocation | undefined;
    storageClass: string | undefined;
  },
): string[] {
  if (!previous) return [];
  const findings: string[] = [];
  const claims = (previous.namespace === request.namespace ? facts.claims : facts.previousClaims).filter(
    // Its class has a key of its own.
    ({ metadata }) => metadata.name !== contentClaimName,
  );
  if (claims.length === 0) return [];
  const names = claims.map((claim) => claim.metadata.name).join(", ");
  const haveNoVolumes = claims.every(({ status }) => status?.phase === "Pending");
  const refuse = (key: string, now: string, before: string, goBack: string) =>
    findings.push(
      haveNoVolumes
        ? `${key}: "${now}" is not allowed on this stack: its claims are on "${before}" (${names}), and claims cannot ` +
            `move. They have no volumes yet, so no data is lost if you recreate the stack: pulumi destroy, then pulumi up`
        : `${key}: "${now}" is not allowed on this stack: it has data on "${before}" (the data is in ${names}), and claims ` +
            `cannot move. Keep it: ${goBack}. To move: create a second stack with the new value, copy database and files, ` +
            "then destroy this one (docs/how-to/move-a-site.md)",
    );
  if (previous.namespace !== request.namespace) {
    refuse("namespace", request.namespace, previous.namespace, configSet("namespace", previous.namespace));
  }
  if (previous.engine !== request.engine) {
    refuse("storage.engine", request.engine, previous.engine, configSet("storage.engine", previous.engine));
    // The engine determines the class.
    return findings;
  }
  const hasNewClass = previous.configuredClass !== request.configuredClass;
  const elsewhere = claims.find(({ spec }) => spec.storageClassName !== storageClass)?.spec.storageClassName;
  if (hasNewClass && storageClass !== undefined && elsewhere !== undefined) {
    refuse("storage.className", storageClass, elsewhere, configSet("storage.className", elsewhere));
  }
  return findings;
}

/** Findings for sizes that a claim cannot get: claims only grow, and only if their class expands claims. */
export function sizeFindings(
  { of, sizeKey, size }: RequestedClaims,
  facts: { readonly claims: readonly Claim[]; readonly classes: readonly StorageClass[] },
): string[] {
  const claims =
    "claim" in of
      ? facts.claims.filter(({ metadata }) => metadata.name === of.claim)
      : claimsOf(of.statefulSet, facts.claims);
  return claims.flatMap(({ metadata, spec }) => {
    const has = spec.resources.requests.storage;
    const difference = (quantityBytes(size) ?? 0) - (quantityBytes(has) ?? 0);
    const expands = facts.classes.some(
      (storageClass) => storageClass.metadata.name === spec.storageClassName && storageClass.allowVolumeExpansion,
    );
    if (difference === 0 || (difference > 0 && expands)) return [];
    const reason =
      difference < 0 ? "a claim cannot shrink" : `its storage class "${spec.storageClassName}" does not expand claims`;
    return [
      `${sizeKey}: "${size}" is not allowed; the claim ${metadata.name} has ${has}, and ${reason}; ` +
        `expected ${difference < 0 ? `at least ${has}` : has}; example: ${configSet(sizeKey, has)}`,
    ];
  });
}
