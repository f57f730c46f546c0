import type { local } from "@pulumi/command";
import type { Namespace } from "@pulumi/kubernetes/core/v1";
import { Release } from "@pulumi/kubernetes/helm/v3";
import { StorageClass } from "@pulumi/kubernetes/storage/v1";
import type { StorageClassArgs } from "@pulumi/kubernetes/storage/v1/storageClass";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../../kubectl/clusterAccess";
import type { ClusterIdentity } from "../../kubectl/destroyGuard";
import { failureReport } from "../../diagnostics/failureReport";
import { kubectlCommand } from "../../kubectl/scriptResource";
import { ownNamespace } from "../../kubernetes/namespace";
import { releaseHooks } from "../../diagnostics/releaseHooks";
import { type Rollout, rolloutOf } from "../../diagnostics/rollout";
import { Component } from "../../kubernetes/component";
import { stackLabels } from "../../kubernetes/labels";
import { moduleRemedy } from "../openebs/nodeModule";
import { nfsDriverValues } from "./nfsDriverValues";
import { exportPath, nfsDriver, nfsDriverChart, nfsName, nfsServerClassName, nfsServerName } from "./nfsNames";
import { NfsServer, type NfsServerArgs } from "./nfsServer";

/** Timeout of Helm, in whole seconds: every node pulls the driver's images. */
const releaseTimeoutSeconds = 600;

const helmRelease = { title: "The NFS driver", name: nfsDriverChart.name, namespace: nfsName };

const serverRollout = rolloutOf(
  { namespace: nfsName, kind: "Deployment", app: nfsServerName, remedies: [moduleRemedy] },
  1,
);

/**
 * Mount options of the nodes. Pods see changes of other pods within a second: WordPress deactivates a plugin whose files it
 * does not see, such as one that was just uploaded through another pod. For the same reason missing files are not cached.
 */
export const mountOptions = ["nfsvers=4.1", "hard", "noatime", "actimeo=1", "lookupcache=positive"];

/**
 * Mount options of the server's own volume. Ganesha acknowledges new folders and names before they are on the disk. Without `dirsync`, a
 * power cut of its node lost those of the last two seconds.
 */
export const serverMountOptions = ["dirsync"];

export interface NfsVolumesArgs extends Omit<NfsServerArgs, "onError"> {
  readonly cluster: ClusterAccess;
  /**
   * Storage class of the server's own volume. Its file system must be ext4: clients refer to files by the file system's ID, which
   * ext4 derives from its UUID. XFS derives it from the device number, which differs on another node, so that clients would not
   * find their files there.
   */
  readonly serverVolumes: Omit<StorageClassArgs, "metadata"> & { readonly provisioner: string };
  /** URL of the repository with the driver's chart. */
  readonly chartRepository: string;
  /** ID that marks the namespace as this stack's. */
  readonly instance: pulumi.Input<string>;
  /** Identifies the stack's cluster: no claim of another cluster is deleted. */
  readonly clusterIdentity: pulumi.Input<ClusterIdentity>;
}

/** ReadWriteMany volumes for clusters without such a storage class: an NFS server, its CSI driver, and their storage class. */
export class NfsVolumes extends Component<NfsVolumesArgs> {
  readonly rollouts: readonly Rollout[] = [serverRollout];
  private readonly protect = this.args.dataRetention === "retain";

  constructor(name: string, args: NfsVolumesArgs, options?: pulumi.ComponentResourceOptions) {
    super("wordpress:nfs:NfsVolumes", name, args, options);
    const namespace = this.createNamespace();
    const volumeDeletion = this.createVolumeDeletion(namespace);
    const serverClass = this.createServerClass();
    const dependsOn = [namespace, volumeDeletion, serverClass];
    const server = this.createServer(dependsOn);
    const driver = this.createDriver(dependsOn);
    this.createClass([server, driver]);
    this.registerOutputs({});
  }

  /** Privileged: the server opens files by handle, and the driver mounts on the node. */
  private createNamespace(): Namespace {
    return ownNamespace(
      `${this.name}-namespace`,
      { namespace: nfsName, instance: this.args.instance, level: "privileged" },
      { ...this.child(), protect: this.protect },
    );
  }

  /** At destroy it runs after the server's deletion and before that of the storage, and waits until the volume is deleted. */
  private createVolumeDeletion(namespace: Namespace): local.Command {
    const { cluster, dataRetention, clusterIdentity, instance } = this.args;
    return kubectlCommand(
      `${this.name}-volumes`,
      {
        cluster,
        onDelete: "delete-claims",
        request: {
          namespace: nfsName,
          dataRetention,
          guard: { cluster: clusterIdentity, instance, namespaces: [nfsName] },
        },
      },
      this.child(namespace),
    );
  }

  /** Storage class of the server's own volume. */
  private createServerClass(): StorageClass {
    return new StorageClass(
      `${this.name}-server-class`,
      {
        metadata: { name: nfsServerClassName, labels: stackLabels },
        ...this.args.serverVolumes,
        mountOptions: serverMountOptions,
      },
      { ...this.child(), protect: this.protect },
    );
  }

  private createServer(dependsOn: readonly pulumi.Resource[]): NfsServer {
    const onError = failureReport(`${this.name}-server-failure`, this.args.cluster, serverRollout.workload);
    return new NfsServer(`${this.name}-server`, { ...this.args, onError }, this.child(...dependsOn));
  }

  private createDriver(dependsOn: readonly pulumi.Resource[]): Release {
    const { cluster, chartRepository, imageRegistry } = this.args;
    return new Release(
      `${this.name}-driver`,
      {
        name: nfsDriverChart.name,
        namespace: nfsName,
        chart: nfsDriverChart.name,
        version: nfsDriverChart.version,
        repositoryOpts: { repo: chartRepository },
        timeout: releaseTimeoutSeconds,
        values: nfsDriverValues(imageRegistry),
      },
      {
        ...this.child(...dependsOn),
        protect: this.protect,
        hooks: releaseHooks(`${this.name}-driver-failure`, cluster, helmRelease),
      },
    );
  }

  private createClass(dependsOn: readonly pulumi.Resource[]): void {
    new StorageClass(
      `${this.name}-class`,
      {
        metadata: { name: nfsName, labels: stackLabels },
        provisioner: nfsDriver,
        // Without the cluster's domain, which differs between clusters.
        parameters: { server: `${nfsServerName}.${nfsName}.svc`, share: exportPath },
        mountOptions,
        allowVolumeExpansion: true,
        reclaimPolicy: "Delete",
        volumeBindingMode: "Immediate",
      },
      { ...this.child(...dependsOn), protect: this.protect },
    );
  }
}
