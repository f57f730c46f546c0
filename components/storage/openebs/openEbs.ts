import { Release } from "@pulumi/kubernetes/helm/v3";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { ClusterAccess } from "../../kubectl/clusterAccess";
import type { ClusterIdentity } from "../../kubectl/destroyGuard";
import { kubectlCommand } from "../../kubectl/scriptResource";
import { ownNamespace } from "../../kubernetes/namespace";
import { releaseHooks } from "../../diagnostics/releaseHooks";
import { dependencies } from "../../kubernetes/dependencies";
import type { DataRetention } from "../claims/claims";
import { moduleRemedy } from "./nodeModule";
import { openEbsName } from "./openEbsNames";
import { reportOutdatedEngines } from "./outdatedEngines";
import { type ChartSettings, openEbsValues } from "./openEbsValues";

/** Whole seconds that Helm waits for the release: an image of each of its thirty containers is to be pulled on each node. */
const releaseTimeoutSeconds = 900;

const helmRelease = { title: "OpenEBS", name: openEbsName, namespace: openEbsName, remedies: [moduleRemedy] };

export interface OpenEbsArgs {
  readonly cluster: ClusterAccess;
  readonly engine: "hostpath" | "replicated";
  readonly chart: ChartSettings;
  /** Marks the namespace as this stack's. */
  readonly instance: pulumi.Input<string>;
  /** The cluster that this is on: on another one nothing of it is cleared. */
  readonly clusterIdentity: pulumi.Input<ClusterIdentity>;
  /** Whether the chart brings the CRDs of snapshots. */
  readonly snapshotCrds: pulumi.Input<boolean>;
  /** Members of etcd, and of Loki and its MinIO, each on a node of its own. */
  readonly members: 1 | 3;
  /** Whether Loki comes along. */
  readonly logging: boolean;
  readonly dataRetention: DataRetention;
}

/** OpenEBS, by its own chart, in a namespace of its own, and what a release leaves behind when it goes. */
export class OpenEbs extends pulumi.ComponentResource {
  /** What needs OpenEBS to run depends on this. */
  readonly release: Release;

  constructor(name: string, args: OpenEbsArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("wordpress:storage:OpenEbs", name, {}, options);
    const child = { parent: this, dependsOn: dependencies(options) };
    const protect = args.dataRetention === "retain";

    // Its pods drive the nodes' disks.
    const namespace = ownNamespace(
      `${name}-namespace`,
      { namespace: openEbsName, instance: args.instance, level: "privileged" },
      { ...child, protect },
    );
    // On the way down it clears, between the release and the namespace, what Helm leaves behind.
    const leftovers = kubectlCommand(
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
    const logging = args.logging
      ? { rootPassword: password("minio-root"), userPassword: password("minio-user") }
      : undefined;
    const hooks = releaseHooks(`${name}-release-failure`, args.cluster, helmRelease);
    this.release = new Release(
      `${name}-release`,
      {
        name: openEbsName,
        namespace: openEbsName,
        chart: "openebs",
        version: args.chart.version,
        repositoryOpts: { repo: args.chart.repository },
        timeout: releaseTimeoutSeconds,
        values: openEbsValues({ ...args, imageRegistry: args.chart.imageRegistry, logging }),
      },
      {
        parent: this,
        protect,
        dependsOn: dependencies(options, namespace, leftovers),
        hooks: { ...hooks, afterUpdate: [...hooks.afterUpdate, () => reportOutdatedEngines(args.cluster)] },
        // etcd of another size is another etcd: what the pools are is in it.
        ignoreChanges: args.engine === "replicated" ? ["values.mayastor.etcd.replicaCount"] : [],
      },
    );
    this.registerOutputs({});
  }
}
