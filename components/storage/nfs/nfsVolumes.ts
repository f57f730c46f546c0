import { Release } from "@pulumi/kubernetes/helm/v3";
import { StorageClass } from "@pulumi/kubernetes/storage/v1";
import type { StorageClassArgs } from "@pulumi/kubernetes/storage/v1/storageClass";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../../kubectl/clusterAccess";
import type { ClusterIdentity } from "../../kubectl/destroyGuard";
import { failureReport } from "../../diagnostics/failureReport";
import { kubectlCommand } from "../../kubectl/scriptResource";
import { ownNamespace } from "../../kubernetes/namespace";
import { releaseHooks } from "../../diagnostics/releaseHooks";
import { type Rollout, rolloutOf } from "../../diagnostics/rollout";
import { dependencies } from "../../kubernetes/dependencies";
import { stackLabels } from "../../kubernetes/labels";
import { moduleRemedy } from "../openebs/nodeModule";
import { nfsDriverValues } from "./nfsDriverValues";
import { exportPath, nfsDriver, nfsDriverChart, nfsName, nfsServerClassName, nfsServerName } from "./nfsNames";
import { NfsServer, type NfsServerArgs } from "./nfsServer";

/** Whole seconds that Helm waits for the driver on every node: its images are to be pulled there. */
const releaseTimeoutSeconds = 600;

const helmRelease = { title: "The driver of NFS", name: nfsDriverChart.name, namespace: nfsName };

const serverRollout = rolloutOf(
  { namespace: nfsName, kind: "Deployment", app: nfsServerName, remedies: [moduleRemedy] },
  1,
);

/**
 * How nodes mount the export. For a second at most a pod sees what was before another one wrote: a plugin that was uploaded through one
 * pod and is not seen by another would be switched off by it. For the same reason that a file is not there is never remembered.
 */
const mountOptions = ["nfsvers=4.1", "hard", "noatime", "actimeo=1", "lookupcache=positive"];

export interface NfsVolumesArgs extends Omit<NfsServerArgs, "onError"> {
  readonly cluster: ClusterAccess;
  /**
   * What makes the class of the server's own volume. Its file system has to be ext4: clients name files by its id, which is made of
   * its UUID. That of XFS is made of the device's number, which is another one on another node, where no client would find its files.
   */
  readonly serverVolumes: Omit<StorageClassArgs, "metadata"> & { readonly provisioner: string };
  /** Address of the repository that has the driver's chart. */
  readonly chartRepository: string;
  /** Marks the namespace as this stack's. */
  readonly instance: pulumi.Input<string>;
  /** The cluster that this is on: no claim of another one is deleted. */
  readonly clusterIdentity: pulumi.Input<ClusterIdentity>;
}

/** Volumes that many nodes write to, where the cluster has none: an NFS server, the driver that mounts its folders, and their class. */
export class NfsVolumes extends pulumi.ComponentResource {
  readonly rollouts: readonly Rollout[] = [serverRollout];

  constructor(name: string, args: NfsVolumesArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("wordpress:nfs:NfsVolumes", name, {}, options);
    const { cluster, dataRetention, imageRegistry } = args;
    const child = { parent: this, dependsOn: dependencies(options) };
    const protect = dataRetention === "retain";

    // The server opens files by handle, and the driver mounts on the node.
    const namespace = ownNamespace(
      `${name}-namespace`,
      { namespace: nfsName, instance: args.instance, level: "privileged" },
      { ...child, protect },
    );
    // On the way down it waits, between the server and what its volume is on, until that volume is really gone.
    const volumes = kubectlCommand(
      `${name}-volumes`,
      {
        cluster,
        onDelete: "delete-claims",
        request: {
          namespace: nfsName,
          dataRetention,
          guard: { cluster: args.clusterIdentity, instance: args.instance, namespaces: [nfsName] },
        },
      },
      { parent: this, dependsOn: dependencies(options, namespace) },
    );
    const serverClass = new StorageClass(
      `${name}-server-class`,
      { metadata: { name: nfsServerClassName, labels: stackLabels }, ...args.serverVolumes },
      { ...child, protect },
    );
    const home = { parent: this, dependsOn: dependencies(options, namespace, volumes, serverClass) };
    const server = new NfsServer(
      `${name}-server`,
      { ...args, onError: failureReport(`${name}-server-failure`, cluster, serverRollout.workload) },
      home,
    );
    const driver = new Release(
      `${name}-driver`,
      {
        name: nfsDriverChart.name,
        namespace: nfsName,
        chart: nfsDriverChart.name,
        version: nfsDriverChart.version,
        repositoryOpts: { repo: args.chartRepository },
        timeout: releaseTimeoutSeconds,
        values: nfsDriverValues(imageRegistry),
      },
      {
        ...home,
        protect,
        hooks: releaseHooks(`${name}-driver-failure`, cluster, helmRelease),
      },
    );
    new StorageClass(
      `${name}-class`,
      {
        metadata: { name: nfsName, labels: stackLabels },
        provisioner: nfsDriver,
        // Without the cluster's domain, which is not the same everywhere.
        parameters: { server: `${nfsServerName}.${nfsName}.svc`, share: exportPath },
        mountOptions,
        allowVolumeExpansion: true,
        reclaimPolicy: "Delete",
        volumeBindingMode: "Immediate",
      },
      { parent: this, protect, dependsOn: dependencies(options, server, driver) },
    );
    this.registerOutputs({});
  }
}
