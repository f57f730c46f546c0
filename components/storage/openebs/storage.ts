import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../../kubectl/clusterAccess";
import type { ClusterIdentity } from "../../kubectl/destroyGuard";
import { Component } from "../../kubernetes/component";
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
export class Storage extends Component<StorageArgs> {
  /** Names of the DiskPools. */
  readonly diskPools: readonly string[];

  constructor(name: string, args: StorageArgs, options?: pulumi.ComponentResourceOptions) {
    super("wordpress:storage:Storage", name, args, options);
    const { engine } = args.config.storage;
    if (engine === "hostpath") this.createOpenEbs({ members: 1 });
    this.diskPools = engine === "replicated" ? this.createReplicatedStorage() : [];
    this.registerOutputs({});
  }

  /** @returns the names of the DiskPools */
  private createReplicatedStorage(): readonly string[] {
    const nodes = this.createNodes();
    // Each member runs on a separate node. Two members are worse than one: they fail if either of them fails.
    const members = this.args.config.storage.pools.length < 3 ? 1 : 3;
    const { release } = this.createOpenEbs({ members, dependsOn: nodes.ready });
    const pools = this.createPools(nodes, release);
    this.createReplicatedClass([release, pools]);
    return pools.names;
  }

  private createNodes(): StorageNodes {
    const { cluster, config } = this.args;
    const nodes = config.storage.pools.map(({ node }) => node);
    return new StorageNodes(`${this.name}-nodes`, { cluster, nodes, config }, this.child());
  }

  private createOpenEbs({
    members,
    dependsOn = [],
  }: {
    readonly members: 1 | 3;
    readonly dependsOn?: readonly pulumi.Resource[];
  }): OpenEbs {
    const { storage, dataRetention } = this.args.config;
    const args = { ...this.args, storage, dataRetention, members };
    return new OpenEbs(`${this.name}-openebs`, args, this.child(...dependsOn));
  }

  private createPools({ readyByNode }: StorageNodes, release: pulumi.Resource): DiskPools {
    const { cluster, config } = this.args;
    const onError = (pool: string) => poolReport(`${pool}-failure`, cluster, pool);
    return new DiskPools(
      `${this.name}-pools`,
      { pools: config.storage.pools, dataRetention: config.dataRetention, readyByNode, onError },
      this.child(release),
    );
  }

  private createReplicatedClass(dependsOn: readonly pulumi.Resource[]): void {
    const { storage, dataRetention } = this.args.config;
    const args = { replicas: replicaCount(storage), dataRetention };
    new ReplicatedClass(`${this.name}-replicated`, args, this.child(...dependsOn));
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
