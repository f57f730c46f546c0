import { quantityBytes } from "../../kubernetes/quantity";
import { configSet } from "../../../stacks/config/rules";
import { claimsOf, contentClaimName } from "./claims";
import type { Claim, StorageClass } from "../../kubernetes/objects";

/** Claims of one kind: which key sets their size, and what it says. */
export interface RequestedClaims {
  /** Name of the StatefulSet whose template `data` makes them, or of the one claim. */
  readonly of: { readonly statefulSet: string } | { readonly claim: string };
  readonly sizeKey: string;
  readonly size: string;
}

/** Where a stack's claims are. */
export interface ClaimsPlace {
  readonly namespace: string;
  readonly engine: string;
  /** Null where the cluster's default is taken. */
  readonly configuredClass: string | null;
}

/** Claims cannot follow to another namespace, class or engine: a stack that has some is told how to move. */
export function moveFindings(
  request: ClaimsPlace,
  facts: { readonly claims: readonly Claim[]; readonly previousClaims: readonly Claim[] },
  {
    previous,
    storageClass,
  }: {
    previous: ClaimsPlace | undefined;
    storageClass: string | undefined;
  },
): string[] {
  if (!previous) return [];
  const findings: string[] = [];
  const claims = (previous.namespace === request.namespace ? facts.claims : facts.previousClaims).filter(
    // Its class is its own.
    ({ metadata }) => metadata.name !== contentClaimName,
  );
  if (claims.length === 0) return [];
  const names = claims.map((claim) => claim.metadata.name).join(", ");
  const empty = claims.every(({ status }) => status?.phase === "Pending");
  const refuse = (key: string, now: string, before: string, goBack: string) =>
    findings.push(
      empty
        ? `${key}: "${now}" is not allowed on this stack: its claims are on "${before}" (${names}), and claims cannot ` +
            `move. They have no volumes yet, so that nothing is lost by starting anew: pulumi destroy, then pulumi up`
        : `${key}: "${now}" is not allowed on this stack: it has data on "${before}" (the data is in ${names}), and claims ` +
            `cannot move. Keep it: ${goBack}. To move: make a second stack with the new value, copy database and files, ` +
            "then destroy this one (docs/how-to/move-a-site.md)",
    );
  if (previous.namespace !== request.namespace) {
    refuse("namespace", request.namespace, previous.namespace, configSet("namespace", previous.namespace));
  }
  if (previous.engine !== request.engine) {
    refuse("storage.engine", request.engine, previous.engine, configSet("storage.engine", previous.engine));
    // Its class goes with the engine.
    return findings;
  }
  const chosenAnew = previous.configuredClass !== request.configuredClass;
  const elsewhere = claims.find(({ spec }) => spec.storageClassName !== storageClass)?.spec.storageClassName;
  if (chosenAnew && storageClass !== undefined && elsewhere !== undefined) {
    refuse("storage.className", storageClass, elsewhere, configSet("storage.className", elsewhere));
  }
  return findings;
}

/** Claims only grow, and only where their class expands. */
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
