import type { Kubectl } from "../../kubectl/client";
import { listIfKnown } from "../../kubectl/optionalList";
import type { DiskPool, Volume } from "../../kubernetes/objects";
import { diskPoolKind, hostpathDriver, mayastorDriver, openEbsName } from "./openEbsNames";

/** Annotation with the name of the driver that provisioned a volume. Volumes that are no CSI volumes have it too. */
const provisionedBy = "pv.kubernetes.io/provisioned-by";

/** What the destroy guard compares before storage is deleted. The state of a stack holds it: keep the names of the fields. */
export interface StorageGuardRequest {
  /** Namespaces whose volumes are deleted with the stack. */
  readonly namespaces: readonly string[];
  /** Drivers that are deleted with the stack, whatever the storage classes of their volumes are called. @default OpenEBS's */
  readonly drivers?: readonly string[];
  /** DiskPools that are deleted with the stack. */
  readonly pools: readonly string[];
}

/** Describes volumes and DiskPools of other workloads that need this stack's storage; empty if there are none. */
export function volumesOfOtherWorkloads(
  { namespaces, drivers = [hostpathDriver, mayastorDriver], pools }: StorageGuardRequest,
  volumes: readonly Volume[],
  diskPools: readonly DiskPool[],
): string[] {
  return [
    ...volumes
      .filter((volume) => driversOf(volume).some((driver) => drivers.includes(driver)))
      .filter(({ spec }) => !namespaces.includes(spec.claimRef?.namespace ?? ""))
      .map(({ metadata, spec }) => {
        const { namespace: owner, name } = spec.claimRef ?? {};
        return `volume ${metadata.name} (${owner === undefined ? "of no claim" : `claim ${owner}/${name}`})`;
      }),
    ...diskPools
      .filter(({ metadata }) => !pools.includes(metadata.name))
      .map(({ metadata, spec }) => `DiskPool ${metadata.name} (node ${spec.node})`),
  ];
}

function driversOf({ metadata, spec }: Volume): string[] {
  return [spec.csi?.driver, metadata.annotations?.[provisionedBy]].filter((driver) => driver !== undefined);
}

/** Explains why the stack's storage may not be deleted; undefined if only the stack's own data is on it. @throws KubectlError */
export async function storageDestroyRefusal(
  kubectl: Kubectl,
  request: StorageGuardRequest,
): Promise<string | undefined> {
  const [volumes, pools] = await Promise.all([
    kubectl.list<Volume>("persistentvolumes"),
    listIfKnown<DiskPool>(kubectl, diskPoolKind, openEbsName),
  ]);
  const others = volumesOfOtherWorkloads(request, volumes, pools);
  if (others.length === 0) return undefined;
  return (
    `This stack's storage holds volumes of other workloads:\n` +
    others.map((line) => `  - ${line}\n`).join("") +
    "Move or delete them first, then run again: pulumi destroy"
  );
}
