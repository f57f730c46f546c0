import { commandRequest, Refused, runCommand } from "../cluster/commandProcess";
import type { Kubectl } from "../cluster/kubectl";
import type { AnyObject, Claim, DiskPool, Volume } from "../cluster/objects";
import { untilNoneLeft } from "../cluster/waiting";
import { listIfKnown } from "./listIfKnown";
import { leftClaims, ownedSnapshotCrds, snapshotKinds } from "./leftovers";
import { diskPoolKind } from "./openEbsNames";

/** Whole seconds that the cluster may take to delete what a release has left. */
const patienceSeconds = 180;

runCommand(async (kubectl) => {
  const { namespace } = commandRequest<{ readonly namespace: string }>();
  await removeClaims(kubectl, namespace);
  await removeDefinitions(kubectl, namespace);
});

/**
 * etcd's claims, and their volumes: what would delete these has gone with the release. A later release would find in them
 * pools that are no more.
 */
async function removeClaims(kubectl: Kubectl, namespace: string): Promise<void> {
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
    const left = leftClaims(namespace, claims, volumes);
    await remove("persistentvolumeclaim", left.claims, ["--namespace", namespace]);
    await remove("persistentvolume", left.volumes, []);
    return [...left.claims, ...left.volumes];
  };
  await untilNoneLeft(
    patienceSeconds,
    removed,
    (names) =>
      new Refused(
        `Not gone after ${patienceSeconds} s: ${names.join(", ")} of OpenEBS's own.\n` +
          `Look: kubectl --namespace ${namespace} describe persistentvolumeclaim. Then again: pulumi destroy`,
      ),
  );
}

/** The definitions that Helm leaves: that of DiskPools, and those of snapshots if they came with the chart and nobody uses them. */
async function removeDefinitions(kubectl: Kubectl, namespace: string): Promise<void> {
  const pools = await listIfKnown<DiskPool>(kubectl, diskPoolKind);
  if (pools.length > 0) {
    const names = pools.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    throw new Refused(
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
