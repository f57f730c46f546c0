import type { DiskPool, Volume } from "../cluster/objects";

/** What a stack that goes must not take from others. */
export interface ForeignVolumesRequest {
  /** Namespaces whose volumes go with the stack. */
  readonly namespaces: readonly string[];
  /** Classes that go with the stack. */
  readonly classes: readonly string[];
  /** Pools that go with the stack. */
  readonly pools: readonly string[];
}

/** Volumes and pools of others that need this stack's storage, in words; empty where there are none. */
export function foreignVolumes(
  { namespaces, classes, pools }: ForeignVolumesRequest,
  volumes: readonly Volume[],
  diskPools: readonly DiskPool[],
): string[] {
  return [
    ...volumes
      .filter(({ spec }) => spec.storageClassName !== undefined && classes.includes(spec.storageClassName))
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
