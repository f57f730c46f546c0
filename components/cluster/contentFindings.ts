import { contentClaimName, migratedAnnotation } from "../storage/claims";
import { configSet } from "../validation";
import { claimsOf } from "./claimFindings";
import type { ClusterFacts, PreflightRequest } from "./preflightChecks";

/** What stands in the way of the site's content: a class that is not there, and claims that would be left behind. */
export function contentFindings({ content }: PreflightRequest, facts: ClusterFacts): string[] {
  const perPod = claimsOf("wordpress", facts.claims).map(({ metadata }) => metadata.name);
  const shared = facts.claims.find(({ metadata }) => metadata.name === contentClaimName);
  const isMigrated = shared?.metadata.annotations?.[migratedAnnotation] === "true";
  if (content.content === "perPod") {
    // A migration that has not come to its end has taken nothing away: it can be gone back from.
    const isUnfinished = perPod.length > 0 && !isMigrated;
    return shared && !isUnfinished ? [cannotGoBack(perPod)] : [];
  }
  if (perPod.length > 0 && !content.migrates && !isMigrated) return [leavesBehind(perPod)];
  const names = facts.classes.map(({ metadata }) => metadata.name);
  if (content.className !== undefined && !content.classComesAlong && !names.includes(content.className)) {
    return [
      `contentStorageClass: "${content.className}" is no storage class of this cluster; it has ` +
        `${names.join(", ") || "none"}; choose one: ${configSet("contentStorageClass", names[0] ?? "shared")}`,
    ];
  }
  if (!shared) {
    if (facts.contentRefusal === undefined) return [];
    return [
      `contentStorageClass: "${content.className}" has no volumes that many nodes can write to: ${facts.contentRefusal}. ` +
        waysToShare("Name another one"),
    ];
  }
  const { storageClassName = "", accessModes = [] } = shared.spec;
  return [
    ...(content.className !== undefined && content.className !== storageClassName
      ? [cannotChange("contentStorageClass", content.className, storageClassName)]
      : []),
    ...(accessModes.includes(content.accessMode)
      ? []
      : [cannotChange("contentAccessMode", content.accessMode, accessModes[0] ?? "")]),
  ];
}

/** The three ways out where volumes of many nodes are not to be had. @param name how the first one begins */
export function waysToShare(name: string): string {
  return (
    `${name}: ${configSet("contentStorageClass", "NAME")}, or keep all pods on one node: ` +
    `${configSet("contentAccessMode", "ReadWriteOnce")}, or give each pod files of its own: ${configSet("content", "perPod")}`
  );
}

function leavesBehind(claims: readonly string[]): string {
  return (
    `content: "shared" is not allowed on this stack: the site's files are in ${claims.join(", ")}. Keep it: ` +
    `${configSet("content", "perPod")}. Or bring them along, while nobody can write: ${configSet("contentMigration", "merge")} ` +
    '(docs/operations.md, "From perPod to shared")'
  );
}

function cannotGoBack(perPod: readonly string[]): string {
  const old = perPod.length > 0 ? ` What is in ${perPod.join(", ")} is from before the move.` : "";
  return (
    `content: "perPod" is not allowed on this stack: the site's files are in ${contentClaimName}, and would stay there.${old} ` +
    `Keep it: ${configSet("content", "shared")}. To move: make a second stack with the new value, copy database and files, then ` +
    'destroy this one (docs/operations.md, "Moving a site")'
  );
}

function cannotChange(key: string, now: string, before: string): string {
  return (
    `${key}: "${now}" is not allowed on this stack: the claim ${contentClaimName} has "${before}", which cannot change. ` +
    `Keep it: ${configSet(key, before)}`
  );
}
