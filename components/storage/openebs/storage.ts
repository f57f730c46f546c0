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

/** Who provides storage, and what that needs to know. */
export type StorageConfig =
  | { readonly engine: "existing"; readonly className: string | undefined }
  | { readonly engine: "hostpath"; readonly chart: ChartSettings }
  | {
      readonly engine: "replicated";
      readonly chart: ChartSettings;
      readonly pools: readonly DiskPoolSettings[];
      /** On how many pools a volume's data is, 1 to the number of pools. */
      readonly replicas: number;
      /** Whether OpenEBS's own logging comes along. */
      readonly logging: boolean;
      /** Address of the repository that has the chart of NFS's driver, where volumes by NFS are brought. */
      readonly nfsChartRepository: string;
    };

export interface StorageArgs {
  readonly cluster: ClusterAccess;
  readonly storage: StorageConfig;
  /** How to reach the nodes that are to be prepared; undefined where they are. */
  readonly nodeSsh?: NodeSsh | undefined;
  /** Marks what is this stack's. */
  readonly instance: pulumi.Input<string>;
  /** The cluster that the stack is on. */
  readonly clusterIdentity: pulumi.Input<ClusterIdentity>;
  /** Whether OpenEBS's chart brings the CRDs of snapshots. */
  readonly snapshotCrds: pulumi.Input<boolean>;
  readonly dataRetention: DataRetention;
}

/** The storage under the site: what the cluster has, or OpenEBS in one of its two forms. */
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
          // Each member is on a node of its own, and two are worse than one.
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

/** The class of the stack's claims; undefined for the cluster's default class. */
export function claimClass(storage: StorageConfig): string | undefined {
  if (storage.engine === "existing") return storage.className;
  return storage.engine === "replicated" ? replicatedClassName : hostpathClassName;
}

/** Storage classes that the stack brings, in order of name. */
export function managedStorageClasses(storage: StorageConfig): string[] {
  if (storage.engine === "existing") return [];
  if (storage.engine === "hostpath") return chartClasses("hostpath", false);
  return [...chartClasses("replicated", storage.logging), replicatedClassName].sort();
}

/** Names of the drivers that the stack installs: without them their volumes cannot be mounted or deleted. */
export function managedDrivers({ engine }: StorageConfig): string[] {
  if (engine === "existing") return [];
  return engine === "hostpath" ? [hostpathDriver] : [hostpathDriver, mayastorDriver];
}
