import { UserError } from "../../kubectl/scriptRuntime";
import type { Kubectl } from "../../kubectl/client";
import type { AnyObject, Claim, DiskPool, Volume } from "../../kubernetes/objects";
import { pollUntilEmpty } from "../../kubectl/polling";
import { listIfKnown } from "../../kubectl/optionalList";
import { diskPoolKind, openEbsName } from "./openEbsNames";

/** Whole seconds that the cluster may take to delete what a release has left. */
const patienceSeconds = 180;

/** Kinds of CSI snapshots, as kubectl names them. */
const snapshotKinds = ["volumesnapshots", "volumesnapshotcontents", "volumesnapshotclasses"].map(
  (kind) => `${kind}.snapshot.storage.k8s.io`,
);

/** What is left in OpenEBS's namespace when its release is gone: names of claims, and of volumes that were theirs. */
export function orphanedClaims(
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

/** Deletes what OpenEBS's release leaves in its namespace and in the cluster. @throws UserError where something of it stays */
export async function cleanUpOpenEbs(
  kubectl: Kubectl,
  namespace: string,
  timeoutSeconds = patienceSeconds,
): Promise<void> {
  await removeClaims(kubectl, namespace, timeoutSeconds);
  await removeDefinitions(kubectl, namespace);
}

/**
 * etcd's claims, and their volumes: what would delete these has gone with the release. A later release would find in them
 * pools that are no more.
 */
async function removeClaims(kubectl: Kubectl, namespace: string, timeoutSeconds: number): Promise<void> {
  const remove = async (kind: string, names: readonly string[], where: readonly string[]) => {
    if (names.length > 0) {
      await kubectl.run(["delete", kind, ...names, ...where, "--ignore-not-found=true", "--wait=false"]);
    }
  };
  const removed = async () => {
    const [claims, volumes] = await Promise.all([
      kubectl.list<Claim>("persistentvolumeclaims", namespace),
      kubectl.list<Volume>("persistentvolumes"),
    ]);
    const left = orphanedClaims(namespace, claims, volumes);
    await remove("persistentvolumeclaim", left.claims, ["--namespace", namespace]);
    await remove("persistentvolume", left.volumes, []);
    return [...left.claims, ...left.volumes];
  };
  await pollUntilEmpty(
    timeoutSeconds,
    removed,
    (names) =>
      new UserError(
        `Not gone after ${timeoutSeconds} s: ${names.join(", ")} of OpenEBS's own.\n` +
          `Look: kubectl --namespace ${namespace} describe persistentvolumeclaim. Then again: pulumi destroy`,
      ),
  );
}

/** The definitions that Helm leaves: that of DiskPools, and those of snapshots if they came with the chart and nobody uses them. */
async function removeDefinitions(kubectl: Kubectl, namespace: string): Promise<void> {
  const pools = await listIfKnown<DiskPool>(kubectl, diskPoolKind);
  if (pools.length > 0) {
    const names = pools.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    throw new UserError(
      `DiskPools are left, and OpenEBS, which would delete them, is gone: ${names.join(", ")}.\n` +
        `Take their finalizer away: kubectl --namespace ${namespace} patch diskpool NAME --type merge --patch ` +
        `'{"metadata":{"finalizers":null}}'. Then again: pulumi destroy`,
    );
  }
  const definitions = [diskPoolKind];
  const used = await Promise.all(snapshotKinds.map((kind) => listIfKnown<AnyObject>(kubectl, kind)));
  if (used.every((objects) => objects.length === 0)) {
    definitions.push(...ownedSnapshotCrds(await kubectl.list<AnyObject>("customresourcedefinitions")));
  }
  await kubectl.run(["delete", "customresourcedefinition", ...definitions, "--ignore-not-found=true", "--timeout=60s"]);
}
