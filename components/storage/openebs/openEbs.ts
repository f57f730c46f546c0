import type { local } from "@pulumi/command";
import type { Namespace } from "@pulumi/kubernetes/core/v1";
import { Release } from "@pulumi/kubernetes/helm/v3";
import type * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { ClusterAccess } from "../../kubectl/clusterAccess";
import type { ClusterIdentity } from "../../kubectl/destroyGuard";
import { kubectlCommand } from "../../kubectl/scriptResource";
import { ownNamespace } from "../../kubernetes/namespace";
import { releaseHooks } from "../../diagnostics/releaseHooks";
import { Component } from "../../kubernetes/component";
import type { DataRetention } from "../claims/keys";
import type { StorageConfig } from "./keys";
import { moduleRemedy } from "./nodeModule";
import { openEbsName } from "./openEbsNames";
import { reportOutdatedEngines } from "./outdatedEngines";
import { type LoggingCredentials, openEbsValues } from "./openEbsValues";

/** Timeout of Helm, in whole seconds: each node pulls the images of thirty containers. */
const releaseTimeoutSeconds = 900;

const helmRelease = { title: "OpenEBS", name: openEbsName, namespace: openEbsName, remedies: [moduleRemedy] };

export interface OpenEbsArgs {
  readonly cluster: ClusterAccess;
  readonly storage: StorageConfig;
  /** ID that marks the namespace as this stack's. */
  readonly instance: pulumi.Input<string>;
  /** Identifies the stack's cluster: nothing is deleted on another cluster. */
  readonly clusterIdentity: pulumi.Input<ClusterIdentity>;
  /** Whether the chart installs the CRDs of snapshots. */
  readonly snapshotCrds: pulumi.Input<boolean>;
  /** Members of etcd, and of Loki and its MinIO, each on a separate node. */
  readonly members: 1 | 3;
  readonly dataRetention: DataRetention;
}

/** Installs OpenEBS with its own chart in a namespace of its own, and deletes the objects that Helm leaves at uninstallation. */
export class OpenEbs extends Component<OpenEbsArgs> {
  /** Dependency of everything that needs OpenEBS. */
  readonly release: Release;
  private readonly protect = this.args.dataRetention === "retain";

  constructor(name: string, args: OpenEbsArgs, options?: pulumi.ComponentResourceOptions) {
    super("wordpress:storage:OpenEbs", name, args, options);
    const namespace = this.createNamespace();
    const cleanup = this.createCleanup(namespace);
    const logging = args.storage.logging ? this.createLoggingPasswords() : undefined;
    this.release = this.createRelease(logging, [namespace, cleanup]);
    this.registerOutputs({});
  }

  /** Privileged: its pods access the nodes' disks. */
  private createNamespace(): Namespace {
    return ownNamespace(
      `${this.name}-namespace`,
      { namespace: openEbsName, instance: this.args.instance, level: "privileged" },
      { ...this.child(), protect: this.protect },
    );
  }

  /** At destroy it runs after the release and before the namespace, and deletes the objects that Helm leaves. */
  private createCleanup(namespace: Namespace): local.Command {
    const { cluster, clusterIdentity, instance } = this.args;
    return kubectlCommand(
      `${this.name}-leftovers`,
      {
        cluster,
        onDelete: "clean-up-openebs",
        request: {
          namespace: openEbsName,
          guard: { cluster: clusterIdentity, instance, namespaces: [openEbsName] },
        },
      },
      this.child(namespace),
    );
  }

  private createLoggingPasswords(): LoggingCredentials {
    const password = (role: string) => {
      const options = { ...this.child(), protect: this.protect };
      return new RandomPassword(`${this.name}-${role}`, { length: 32, special: false }, options).result;
    };
    return { rootPassword: password("minio-root"), userPassword: password("minio-user") };
  }

  private createRelease(logging: LoggingCredentials | undefined, dependsOn: readonly pulumi.Resource[]): Release {
    const { cluster, storage } = this.args;
    const hooks = releaseHooks(`${this.name}-release-failure`, cluster, helmRelease);
    return new Release(
      `${this.name}-release`,
      {
        name: openEbsName,
        namespace: openEbsName,
        chart: "openebs",
        version: storage.chartVersion,
        repositoryOpts: { repo: storage.chartRepository },
        timeout: releaseTimeoutSeconds,
        values: openEbsValues({ ...this.args, engine: storage.engine, imageRegistry: storage.imageRegistry, logging }),
      },
      {
        ...this.child(...dependsOn),
        protect: this.protect,
        hooks: { ...hooks, afterUpdate: [...hooks.afterUpdate, () => reportOutdatedEngines(cluster)] },
        // Resizing etcd would lose its data, which is the configuration of the pools.
        ignoreChanges: storage.engine === "replicated" ? ["values.mayastor.etcd.replicaCount"] : [],
      },
    );
  }
}
