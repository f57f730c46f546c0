import type { DiskPool, Volume } from "../../kubernetes/objects";
import { hostpathDriver, mayastorDriver } from "./openEbsNames";

/** On a volume that a provisioner has made: the driver's name, also where the volume is no CSI volume. */
const provisionedBy = "pv.kubernetes.io/provisioned-by";

/** What a stack that goes must not take from others. */
export interface StorageGuardRequest {
  /** Namespaces whose volumes go with the stack. */
  readonly namespaces: readonly string[];
  /** Drivers that are deleted with the stack, whatever the classes of their volumes are called. @default OpenEBS's */
  readonly drivers?: readonly string[];
  /** Pools that go with the stack. */
  readonly pools: readonly string[];
}

/** Volumes and pools of others that need this stack's storage, in words; empty where there are none. */
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
