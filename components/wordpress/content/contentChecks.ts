import { claimsOf, contentClaimName, migratedAnnotation } from "../../storage/claims/claims";
import type { ContentAccessMode } from "./keys";
import { sharedStorageOptions } from "../../storage/claims/sharedStorageOptions";
import { configSet } from "../../../stacks/config/commands";
import type { Claim, Node, StorageClass, Volume } from "../../kubernetes/objects";

/** The mode of `content` that the stack requests, with its storage. */
export type RequestedContent =
  | { readonly content: "perPod" }
  | {
      readonly content: "shared";
      readonly accessMode: ContentAccessMode;
      /** Storage class of the claim. @default the class of all claims */
      readonly className?: string | undefined;
      /** Whether the stack manages that class, which then need not exist yet. */
      readonly classIsManaged: boolean;
      /** Whether the files of pods that each have their own are migrated. */
      readonly migrateContent: boolean;
    };

/** The state of the cluster that the checks need. */
export interface ContentFacts {
  /** Claims in the stack's namespace. */
  readonly claims: readonly Claim[];
  readonly classes: readonly StorageClass[];
  readonly nodes: readonly Node[];
  /** Volumes of the cluster; empty without a migration. */
  readonly volumes: readonly Volume[];
  /** Why the class provides no ReadWriteMany volumes; undefined if it does, or was not probed. */
  readonly rwxProbeError?: string | undefined;
}

/**
 * Returns the problems of the requested content, a message each: a class that does not exist, claims that would be orphaned, and changes
 * that a claim cannot make.
 * @param stackClass storage class of claims without a class of their own
 */
export function contentFindings(
  { content }: { readonly content: RequestedContent },
  facts: ContentFacts,
  stackClass: string | undefined,
): string[] {
  const podClaims = claimsOf("wordpress", facts.claims);
  const perPod = podClaims.map(({ metadata }) => metadata.name);
  const shared = facts.claims.find(({ metadata }) => metadata.name === contentClaimName);
  const isMigrated = shared?.metadata.annotations?.[migratedAnnotation] === "true";
  if (content.content === "perPod") {
    // An unfinished migration can be reverted, because it only reads the pods' claims.
    const isUnfinished = perPod.length > 0 && !isMigrated;
    return shared && !isUnfinished ? [cannotRevert(perPod)] : [];
  }
  if (perPod.length > 0 && !content.migrateContent && !isMigrated) return [orphansClaims(perPod)];
  if (perPod.length > 0 && !isMigrated && content.accessMode === "ReadWriteOnce") {
    const className = content.className ?? stackClass;
    const sameClass = podClaims.filter(({ spec }) => spec.storageClassName === className);
    if (haveNoCommonNode(sameClass, facts)) return [noCommonNode(sameClass.map(({ metadata }) => metadata.name))];
  }
  const names = facts.classes.map(({ metadata }) => metadata.name);
  if (content.className !== undefined && !content.classIsManaged && !names.includes(content.className)) {
    return [
      `contentStorageClass: "${content.className}" is no storage class of this cluster; it has ` +
        `${names.join(", ") || "none"}; choose one: ${configSet("contentStorageClass", names[0] ?? "shared")}`,
    ];
  }
  if (!shared) {
    if (facts.rwxProbeError === undefined) return [];
    return [
      `contentStorageClass: "${content.className}" has no volumes that many nodes can write to: ${facts.rwxProbeError}. ` +
        sharedStorageOptions("Name another one"),
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

/** Whether no node can mount the volumes of all these claims, for example because each is a folder or disk of another node. */
function haveNoCommonNode(claims: readonly Claim[], { nodes, volumes }: ContentFacts): boolean {
  const found = claims.flatMap(({ spec }) => volumes.find(({ metadata }) => metadata.name === spec.volumeName) ?? []);
  return found.length > 0 && !nodes.some((node) => found.every((volume) => canMount(node, volume)));
}

function canMount({ metadata: { labels = {} } }: Node, { spec }: Volume): boolean {
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms;
  return (
    terms === undefined ||
    terms.some(({ matchExpressions = [] }) =>
      // No known provisioner uses the other operators. They are assumed to match.
      matchExpressions.every(
        ({ key, operator, values }) => operator !== "In" || (key in labels && values?.includes(labels[key] ?? "")),
      ),
    )
  );
}

function noCommonNode(claims: readonly string[]): string {
  return (
    `contentAccessMode: "ReadWriteOnce" keeps all files on one node, but the volumes of ${claims.join(", ")} have the same storage ` +
    "class and are bound to several nodes: no pod can mount both the previous and the new volume. Use a ReadWriteMany storage class: " +
    `${configSet("contentStorageClass", "NAME")} and ${configSet("contentAccessMode", "ReadWriteMany")}, or keep the mode: ` +
    configSet("content", "perPod")
  );
}

function orphansClaims(claims: readonly string[]): string {
  return (
    `content: "shared" is not allowed on this stack: the site's files are in ${claims.join(", ")}. Keep it: ` +
    `${configSet("content", "perPod")}. Or migrate them, which makes the site unavailable meanwhile: ${configSet("contentMigration", "merge")} ` +
    "(docs/how-to/migrate-to-shared-content.md)"
  );
}

function cannotRevert(perPod: readonly string[]): string {
  const outdated = perPod.length > 0 ? ` The files in ${perPod.join(", ")} are from before the migration.` : "";
  return (
    `content: "perPod" is not allowed on this stack: the site's files are in ${contentClaimName}, and would stay there.${outdated} ` +
    `Keep it: ${configSet("content", "shared")}. To move: create a second stack with the new value, copy database and files, then ` +
    "destroy this one (docs/how-to/move-a-site.md)"
  );
}

function cannotChange(key: string, now: string, before: string): string {
  return (
    `${key}: "${now}" is not allowed on this stack: the claim ${contentClaimName} has "${before}", which cannot change. ` +
    `Keep it: ${configSet(key, before)}`
  );
}
