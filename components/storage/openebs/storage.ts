import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../../kubectl/clusterAccess";
import type { ClusterIdentity } from "../../kubectl/destroyGuard";
import { dependencies } from "../../kubernetes/dependencies";
import type { DataRetention } from "../claims/claims";
import { type DiskPoolSettings, DiskPools } from "./diskPools";
import { type NodeSsh, StorageNodes } from "./nodes";
import { OpenEbs } from "./openEbs";
import { type ChartSettings, chartClasses } from "./openEbsValues";
import { hostpathClassName, hostpathDriver, mayastorDriver, replicatedClassName } from "./openEbsNames";
import { poolReport } from "./poolReport";
import { ReplicatedClass } from "./storageClasses";

/** The storage engine and its settings. */
export type StorageConfig =
  | { readonly engine: "existing"; readonly className: string | undefined }
  | { readonly engine: "hostpath"; readonly chart: ChartSettings }
  | {
      readonly engine: "replicated";
      readonly chart: ChartSettings;
      readonly pools: readonly DiskPoolSettings[];
      /** Replicas of a volume, each on another pool: 1 to the number of pools. */
      readonly replicas: number;
      /** Whether OpenEBS's own logging is installed. */
      readonly logging: boolean;
      /** URL of the repository with the chart of the NFS driver, for stacks that install it. */
      readonly nfsChartRepository: string;
    };

export interface StorageArgs {
  readonly cluster: ClusterAccess;
  readonly storage: StorageConfig;
  /** SSH access to the nodes to prepare; undefined if they are prepared already. */
  readonly nodeSsh?: NodeSsh | undefined;
  /** ID that marks the namespace as this stack's. */
  readonly instance: pulumi.Input<string>;
  /** Identifies the stack's cluster. */
  readonly clusterIdentity: pulumi.Input<ClusterIdentity>;
  /** Whether OpenEBS's chart installs the CRDs of snapshots. */
  readonly snapshotCrds: pulumi.Input<boolean>;
  readonly dataRetention: DataRetention;
}

/** The site's storage: a storage class of the cluster, or OpenEBS with one of two engines. */
export class Storage extends pulumi.ComponentResource {
  /** Names of the DiskPools. */
  readonly diskPools: readonly string[];

  constructor(name: string, args: StorageArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("wordpress:storage:Storage", name, {}, options);
    const { storage } = args;
    const child = { parent: this, dependsOn: dependencies(options) };
    if (storage.engine === "replicated") {
      const nodes = storage.pools.map(({ node }) => node);
      const { ready, readyByNode } = new StorageNodes(
        `${name}-nodes`,
        { cluster: args.cluster, nodes, ssh: args.nodeSsh },
        child,
      );
      const { release } = new OpenEbs(
        `${name}-openebs`,
        {
          ...args,
          ...storage,
          // Each member runs on a separate node. Two members are worse than one: they fail if either of them fails.
          members: nodes.length < 3 ? 1 : 3,
        },
        { parent: this, dependsOn: dependencies(options, ...ready) },
      );
      const pools = new DiskPools(
        `${name}-pools`,
        {
          pools: storage.pools,
          dataRetention: args.dataRetention,
          readyByNode,
          onError: (pool) => poolReport(`${pool}-failure`, args.cluster, pool),
        },
        { parent: this, dependsOn: dependencies(options, release) },
      );
      new ReplicatedClass(
        `${name}-replicated`,
        { replicas: storage.replicas, dataRetention: args.dataRetention },
        { parent: this, dependsOn: dependencies(options, release, pools) },
      );
      this.diskPools = pools.names;
    } else {
      if (storage.engine === "hostpath") {
        const none = { members: 1, logging: false } as const;
        new OpenEbs(`${name}-openebs`, { ...args, ...storage, ...none }, child);
      }
      this.diskPools = [];
    }
    this.registerOutputs({});
  }
}

/** Storage class of the stack's claims; undefined for the cluster's default class. */
export function claimClass(storage: StorageConfig): string | undefined {
  if (storage.engine === "existing") return storage.className;
  return storage.engine === "replicated" ? replicatedClassName : hostpathClassName;
}

/** Storage classes that the stack manages, sorted by name. */
export function managedStorageClasses(storage: StorageConfig): string[] {
  if (storage.engine === "existing") return [];
  if (storage.engine === "hostpath") return chartClasses("hostpath", false);
  return [...chartClasses("replicated", storage.logging), replicatedClassName].sort();
}

/** Names of the drivers that the stack installs. Without its driver a volume cannot be mounted or deleted. */
export function managedDrivers({ engine }: StorageConfig): string[] {
  if (engine === "existing") return [];
  return engine === "hostpath" ? [hostpathDriver] : [hostpathDriver, mayastorDriver];
}
