import { claimsOf, type ContentAccessMode, contentClaimName, migratedAnnotation } from "../../storage/claims/claims";
import { sharedStorageOptions } from "../../storage/claims/sharedStorageOptions";
import { configSet } from "../../../stacks/config/rules";
import type { Claim, Node, StorageClass, Volume } from "../../kubernetes/objects";

/** Where the site's files are to be. */
export type RequestedContent =
  | { readonly content: "perPod" }
  | {
      readonly content: "shared";
      readonly accessMode: ContentAccessMode;
      /** Without one the cluster's default is taken. */
      readonly className?: string | undefined;
      /** Whether that class comes with the stack, and so need not be there. */
      readonly classIsManaged: boolean;
      /** Whether the files of pods that each have their own are to be brought along. */
      readonly migrateContent: boolean;
    };

/** What of the content was read from the cluster. */
export interface ContentFacts {
  /** Claims in the stack's namespace. */
  readonly claims: readonly Claim[];
  readonly classes: readonly StorageClass[];
  readonly nodes: readonly Node[];
  /** Volumes of the cluster; empty where nothing is to be moved. */
  readonly volumes: readonly Volume[];
  /** Why the class gives no volumes for many nodes; undefined where it does, or is not asked to. */
  readonly rwxProbeError?: string | undefined;
}

/**
 * What stands in the way of the site's content: a class that is not there, and claims that would be left behind.
 * @param stackClass the class of claims that name none
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
    // A migration that has not come to its end has taken nothing away: it can be gone back from.
    const isUnfinished = perPod.length > 0 && !isMigrated;
    return shared && !isUnfinished ? [cannotGoBack(perPod)] : [];
  }
  if (perPod.length > 0 && !content.migrateContent && !isMigrated) return [leavesBehind(perPod)];
  if (perPod.length > 0 && !isMigrated && content.accessMode === "ReadWriteOnce") {
    const className = content.className ?? stackClass;
    const old = podClaims.filter(({ spec }) => spec.storageClassName === className);
    if (haveNoNodeInCommon(old, facts)) return [onNodesOfTheirOwn(old.map(({ metadata }) => metadata.name))];
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

/** Whether no node reaches the volumes of all these claims: each is a folder or a disk of one node, for example. */
function haveNoNodeInCommon(claims: readonly Claim[], { nodes, volumes }: ContentFacts): boolean {
  const found = claims.flatMap(({ spec }) => volumes.find(({ metadata }) => metadata.name === spec.volumeName) ?? []);
  return found.length > 0 && !nodes.some((node) => found.every((volume) => reaches(node, volume)));
}

function reaches({ metadata: { labels = {} } }: Node, { spec }: Volume): boolean {
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms;
  return (
    terms === undefined ||
    terms.some(({ matchExpressions = [] }) =>
      // Of the other operators nobody knows a volume that has them: they are taken to match.
      matchExpressions.every(
        ({ key, operator, values }) => operator !== "In" || (key in labels && values?.includes(labels[key] ?? "")),
      ),
    )
  );
}

function onNodesOfTheirOwn(claims: readonly string[]): string {
  return (
    `contentAccessMode: "ReadWriteOnce" keeps all files on one node, and the volumes of ${claims.join(", ")} are of this class and on ` +
    "several nodes, which they cannot leave: no pod can read the one and write the other. Take a class that many nodes write to: " +
    `${configSet("contentStorageClass", "NAME")} and ${configSet("contentAccessMode", "ReadWriteMany")}, or stay as it is: ` +
    configSet("content", "perPod")
  );
}

function leavesBehind(claims: readonly string[]): string {
  return (
    `content: "shared" is not allowed on this stack: the site's files are in ${claims.join(", ")}. Keep it: ` +
    `${configSet("content", "perPod")}. Or bring them along, while nobody can write: ${configSet("contentMigration", "merge")} ` +
    "(docs/how-to/migrate-to-shared-content.md)"
  );
}

function cannotGoBack(perPod: readonly string[]): string {
  const old = perPod.length > 0 ? ` What is in ${perPod.join(", ")} is from before the move.` : "";
  return (
    `content: "perPod" is not allowed on this stack: the site's files are in ${contentClaimName}, and would stay there.${old} ` +
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
