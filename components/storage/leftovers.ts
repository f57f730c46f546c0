import type { AnyObject, Claim, Volume } from "../cluster/objects";
import { openEbsName } from "./openEbsNames";

/** Kinds of CSI snapshots, as kubectl names them. */
export const snapshotKinds = ["volumesnapshots", "volumesnapshotcontents", "volumesnapshotclasses"].map(
  (kind) => `${kind}.snapshot.storage.k8s.io`,
);

/** What is left in OpenEBS's namespace when its release is gone: names of claims, and of volumes that were theirs. */
export function leftClaims(
  namespace: string,
  claims: readonly Claim[],
  volumes: readonly Volume[],
): { readonly claims: string[]; readonly volumes: string[] } {
  return {
    claims: claims.map(({ metadata }) => metadata.name),
    volumes: volumes.filter(({ spec }) => spec.claimRef?.namespace === namespace).map(({ metadata }) => metadata.name),
  };
}

/** The snapshots' definitions that came with OpenEBS's chart, and not from somebody else. */
export function ownedSnapshotCrds(definitions: readonly AnyObject[]): string[] {
  return definitions
    .filter(({ metadata }) => snapshotKinds.includes(metadata.name))
    .filter(isOwn)
    .map(({ metadata }) => metadata.name);
}

/** Whether the chart has to bring the snapshots' definitions: not where somebody else did. */
export function needsSnapshotCrds(definitions: readonly AnyObject[]): boolean {
  return definitions.filter(({ metadata }) => snapshotKinds.includes(metadata.name)).every(isOwn);
}

function isOwn({ metadata }: AnyObject): boolean {
  const { annotations = {} } = metadata;
  return (
    annotations["meta.helm.sh/release-name"] === openEbsName &&
    annotations["meta.helm.sh/release-namespace"] === openEbsName
  );
}
