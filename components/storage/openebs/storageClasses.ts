import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { StorageClass } from "@pulumi/kubernetes/storage/v1";
import * as pulumi from "@pulumi/pulumi";
import { dependencies } from "../../kubernetes/dependencies";
import { stackLabels } from "../../kubernetes/labels";
import type { DataRetention } from "../claims/claims";
import { mayastorDriver, replicatedClassName } from "./openEbsNames";

export interface ReplicatedClassArgs {
  /** On how many pools the data of a new volume is, 1 to the number of pools. Volumes that exist stay as they are. */
  readonly replicas: number;
  readonly dataRetention: DataRetention;
}

/** What makes a class one of volumes whose data is on that many pools. */
export function replicatedVolumes(replicas: number, fsType: "ext4" | "xfs") {
  return {
    provisioner: mayastorDriver,
    parameters: { protocol: "nvmf", repl: String(replicas), fsType },
    allowVolumeExpansion: true,
    reclaimPolicy: "Delete",
    volumeBindingMode: "Immediate",
  };
}

/** The chapter's `openebs-replicated`, which no chart brings, and its class of snapshots. */
export class ReplicatedClass extends pulumi.ComponentResource {
  constructor(name: string, args: ReplicatedClassArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("wordpress:storage:ReplicatedClass", name, {}, options);
    const child = { parent: this, dependsOn: dependencies(options), protect: args.dataRetention === "retain" };
    const metadata = { name: replicatedClassName, labels: stackLabels };
    new StorageClass(`${name}-class`, { metadata, ...replicatedVolumes(args.replicas, "xfs") }, child);
    new CustomResource(
      `${name}-snapshots`,
      {
        apiVersion: "snapshot.storage.k8s.io/v1",
        kind: "VolumeSnapshotClass",
        metadata,
        driver: mayastorDriver,
        deletionPolicy: "Delete",
      },
      child,
    );
    this.registerOutputs({});
  }
}
