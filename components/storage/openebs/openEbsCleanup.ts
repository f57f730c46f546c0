import { UserError } from "../../kubectl/scriptRuntime";
import type { Kubectl } from "../../kubectl/client";
import type { AnyObject, Claim, DiskPool, Volume } from "../../kubernetes/objects";
import { pollUntilEmpty } from "../../kubectl/polling";
import { listIfKnown } from "../../kubectl/optionalList";
import { diskPoolKind, openEbsName } from "./openEbsNames";

/** Timeout of the deletion of orphaned claims and volumes, in whole seconds. */
const cleanupTimeoutSeconds = 180;

/** Kinds of CSI snapshots, in kubectl's notation. */
const snapshotKinds = ["volumesnapshots", "volumesnapshotcontents", "volumesnapshotclasses"].map(
  (kind) => `${kind}.snapshot.storage.k8s.io`,
);

/** Names of the orphaned claims in OpenEBS's namespace after its release was uninstalled, and of these claims' volumes. */
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

/** Names of the snapshots' CRDs that OpenEBS's chart installed. */
export function ownedSnapshotCrds(definitions: readonly AnyObject[]): string[] {
  return definitions
    .filter(({ metadata }) => snapshotKinds.includes(metadata.name))
    .filter(isOwn)
    .map(({ metadata }) => metadata.name);
}

/** Whether the chart installs the snapshots' CRDs: not if the cluster already has them. */
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

/** Deletes the objects that OpenEBS's release leaves in its namespace and in the cluster. @throws UserError if some remain */
export async function cleanUpOpenEbs(
  kubectl: Kubectl,
  namespace: string,
  timeoutSeconds = cleanupTimeoutSeconds,
): Promise<void> {
  await removeClaims(kubectl, namespace, timeoutSeconds);
  await removeDefinitions(kubectl, namespace);
}

/**
 * Deletes etcd's claims and their volumes, whose provisioner was uninstalled with the release. In them a later release would
 * find pools that no longer exist.
 */
async function removeClaims(kubectl: Kubectl, namespace: string, timeoutSeconds: number): Promise<void> {
  const remove = async (kind: string, names: readonly string[], where: readonly string[]) => {
    if (names.length > 0) {
      await kubectl.run(["delete", kind, ...names, ...where, "--ignore-not-found=true", "--wait=false"]);
    }
  };
  const deleteAndReadRemaining = async () => {
    const [claims, volumes] = await Promise.all([
      kubectl.list<Claim>("persistentvolumeclaims", namespace),
      kubectl.list<Volume>("persistentvolumes"),
    ]);
    const orphaned = orphanedClaims(namespace, claims, volumes);
    await remove("persistentvolumeclaim", orphaned.claims, ["--namespace", namespace]);
    await remove("persistentvolume", orphaned.volumes, []);
    return [...orphaned.claims, ...orphaned.volumes];
  };
  await pollUntilEmpty(
    timeoutSeconds,
    deleteAndReadRemaining,
    (names) =>
      new UserError(
        `OpenEBS's own claims and volumes were not deleted within ${timeoutSeconds} s: ${names.join(", ")}.\n` +
          `Inspect: kubectl --namespace ${namespace} describe persistentvolumeclaim. Then run again: pulumi destroy`,
      ),
  );
}

/** Deletes the CRDs that Helm leaves: that of DiskPools, and those of snapshots if the chart installed them and none exist. */
async function removeDefinitions(kubectl: Kubectl, namespace: string): Promise<void> {
  const pools = await listIfKnown<DiskPool>(kubectl, diskPoolKind);
  if (pools.length > 0) {
    const names = pools.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    throw new UserError(
      `DiskPools still exist, and OpenEBS, which would delete them, is uninstalled: ${names.join(", ")}.\n` +
        `Remove their finalizer: kubectl --namespace ${namespace} patch diskpool NAME --type merge --patch ` +
        `'{"metadata":{"finalizers":null}}'. Then run again: pulumi destroy`,
    );
  }
  const definitions = [diskPoolKind];
  const snapshots = await Promise.all(snapshotKinds.map((kind) => listIfKnown<AnyObject>(kubectl, kind)));
  if (snapshots.every((objects) => objects.length === 0)) {
    definitions.push(...ownedSnapshotCrds(await kubectl.list<AnyObject>("customresourcedefinitions")));
  }
  await kubectl.run(["delete", "customresourcedefinition", ...definitions, "--ignore-not-found=true", "--timeout=60s"]);
}
