import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../../kubectl/clusterAccess";
import type { ClusterIdentity } from "../../kubectl/destroyGuard";
import { dependencies } from "../../kubernetes/dependencies";
import type { DataRetention } from "../claims/keys";
import { DiskPools } from "./diskPools";
import { type NodeSshConfig, replicaCount, type StorageConfig } from "./keys";
import { StorageNodes } from "./nodes";
import { OpenEbs } from "./openEbs";
import { chartClasses } from "./openEbsValues";
import { hostpathClassName, hostpathDriver, mayastorDriver, replicatedClassName } from "./openEbsNames";
import { poolReport } from "./poolReport";
import { ReplicatedClass } from "./storageClasses";

export interface StorageArgs {
  readonly cluster: ClusterAccess;
  readonly config: NodeSshConfig & { readonly storage: StorageConfig; readonly dataRetention: DataRetention };
  /** ID that marks the namespace as this stack's. */
  readonly instance: pulumi.Input<string>;
  /** Identifies the stack's cluster. */
  readonly clusterIdentity: pulumi.Input<ClusterIdentity>;
  /** Whether OpenEBS's chart installs the CRDs of snapshots. */
  readonly snapshotCrds: pulumi.Input<boolean>;
}

/** The site's storage: a storage class of the cluster, or OpenEBS with one of two engines. */
export class Storage extends pulumi.ComponentResource {
  /** Names of the DiskPools. */
  readonly diskPools: readonly string[];

  constructor(name: string, args: StorageArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("wordpress:storage:Storage", name, {}, options);
    const { cluster, config } = args;
    const { storage, dataRetention } = config;
    const child = { parent: this, dependsOn: dependencies(options) };
    if (storage.engine === "replicated") {
      const nodes = storage.pools.map(({ node }) => node);
      const { ready, readyByNode } = new StorageNodes(`${name}-nodes`, { cluster, nodes, config }, child);
      const { release } = new OpenEbs(
        `${name}-openebs`,
        {
          ...args,
          storage,
          dataRetention,
          // Each member runs on a separate node. Two members are worse than one: they fail if either of them fails.
          members: nodes.length < 3 ? 1 : 3,
        },
        { parent: this, dependsOn: dependencies(options, ...ready) },
      );
      const pools = new DiskPools(
        `${name}-pools`,
        {
          pools: storage.pools,
          dataRetention,
          readyByNode,
          onError: (pool) => poolReport(`${pool}-failure`, cluster, pool),
        },
        { parent: this, dependsOn: dependencies(options, release) },
      );
      new ReplicatedClass(
        `${name}-replicated`,
        { replicas: replicaCount(storage), dataRetention },
        { parent: this, dependsOn: dependencies(options, release, pools) },
      );
      this.diskPools = pools.names;
    } else {
      if (storage.engine === "hostpath") {
        new OpenEbs(`${name}-openebs`, { ...args, storage, dataRetention, members: 1 }, child);
      }
      this.diskPools = [];
    }
    this.registerOutputs({});
  }
}

/** Storage class of the stack's claims; undefined for the cluster's default class. */
export function claimClass(storage: Pick<StorageConfig, "engine" | "className">): string | undefined {
  if (storage.engine === "existing") return storage.className;
  return storage.engine === "replicated" ? replicatedClassName : hostpathClassName;
}

/** Storage classes that the stack manages, sorted by name. */
export function managedStorageClasses(storage: Pick<StorageConfig, "engine" | "logging">): string[] {
  if (storage.engine === "existing") return [];
  if (storage.engine === "hostpath") return chartClasses("hostpath", false);
  return [...chartClasses("replicated", storage.logging), replicatedClassName].sort();
}

/** Names of the drivers that the stack installs. Without its driver a volume cannot be mounted or deleted. */
export function managedDrivers({ engine }: Pick<StorageConfig, "engine">): string[] {
  if (engine === "existing") return [];
  return engine === "hostpath" ? [hostpathDriver] : [hostpathDriver, mayastorDriver];
}
