import { Release } from "@pulumi/kubernetes/helm/v3";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { ClusterAccess } from "../../kubectl/clusterAccess";
import type { ClusterIdentity } from "../../kubectl/destroyGuard";
import { kubectlCommand } from "../../kubectl/scriptResource";
import { ownNamespace } from "../../kubernetes/namespace";
import { releaseHooks } from "../../diagnostics/releaseHooks";
import { dependencies } from "../../kubernetes/dependencies";
import type { DataRetention } from "../claims/keys";
import type { StorageConfig } from "./keys";
import { moduleRemedy } from "./nodeModule";
import { openEbsName } from "./openEbsNames";
import { reportOutdatedEngines } from "./outdatedEngines";
import { openEbsValues } from "./openEbsValues";

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
export class OpenEbs extends pulumi.ComponentResource {
  /** Dependency of everything that needs OpenEBS. */
  readonly release: Release;

  constructor(name: string, args: OpenEbsArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("wordpress:storage:OpenEbs", name, {}, options);
    const child = { parent: this, dependsOn: dependencies(options) };
    const { storage } = args;
    const protect = args.dataRetention === "retain";

    // Privileged: its pods access the nodes' disks.
    const namespace = ownNamespace(
      `${name}-namespace`,
      { namespace: openEbsName, instance: args.instance, level: "privileged" },
      { ...child, protect },
    );
    // At destroy it runs after the release and before the namespace, and deletes the objects that Helm leaves.
    const cleanup = kubectlCommand(
      `${name}-leftovers`,
      {
        cluster: args.cluster,
        onDelete: "clean-up-openebs",
        request: {
          namespace: openEbsName,
          guard: { cluster: args.clusterIdentity, instance: args.instance, namespaces: [openEbsName] },
        },
      },
      { parent: this, dependsOn: dependencies(options, namespace) },
    );
    const password = (role: string) =>
      new RandomPassword(`${name}-${role}`, { length: 32, special: false }, { ...child, protect }).result;
    const logging = storage.logging
      ? { rootPassword: password("minio-root"), userPassword: password("minio-user") }
      : undefined;
    const hooks = releaseHooks(`${name}-release-failure`, args.cluster, helmRelease);
    this.release = new Release(
      `${name}-release`,
      {
        name: openEbsName,
        namespace: openEbsName,
        chart: "openebs",
        version: storage.chartVersion,
        repositoryOpts: { repo: storage.chartRepository },
        timeout: releaseTimeoutSeconds,
        values: openEbsValues({ ...args, engine: storage.engine, imageRegistry: storage.imageRegistry, logging }),
      },
      {
        parent: this,
        protect,
        dependsOn: dependencies(options, namespace, cleanup),
        hooks: { ...hooks, afterUpdate: [...hooks.afterUpdate, () => reportOutdatedEngines(args.cluster)] },
        // Resizing etcd would lose its data, which is the configuration of the pools.
        ignoreChanges: storage.engine === "replicated" ? ["values.mayastor.etcd.replicaCount"] : [],
      },
    );
    this.registerOutputs({});
  }
}
