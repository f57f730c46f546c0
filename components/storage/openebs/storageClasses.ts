import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { StorageClass } from "@pulumi/kubernetes/storage/v1";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../../kubernetes/component";
import { stackLabels } from "../../kubernetes/labels";
import type { DataRetention } from "../claims/keys";
import { mayastorDriver, replicatedClassName } from "./openEbsNames";

export interface ReplicatedClassArgs {
  /** Replicas of a new volume, each on another pool: 1 to the number of pools. Existing volumes do not change. */
  readonly replicas: number;
  readonly dataRetention: DataRetention;
}

/** Fields of a storage class for volumes with that many replicas. */
export function replicatedVolumes(replicas: number, fsType: "ext4" | "xfs") {
  return {
    provisioner: mayastorDriver,
    parameters: { protocol: "nvmf", repl: String(replicas), fsType },
    allowVolumeExpansion: true,
    reclaimPolicy: "Delete",
    volumeBindingMode: "Immediate",
  };
}

/** The storage class `openebs-replicated` of the tutorial, which no chart installs, and its class of snapshots. */
export class ReplicatedClass extends Component<ReplicatedClassArgs> {
  constructor(name: string, args: ReplicatedClassArgs, options?: pulumi.ComponentResourceOptions) {
    super("wordpress:storage:ReplicatedClass", name, args, options);
    const child = { ...this.child(), protect: args.dataRetention === "retain" };
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
