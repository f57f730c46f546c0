import type { local } from "@pulumi/command";
import type { Job } from "@pulumi/kubernetes/batch/v1";
import { ConfigMap, PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../../kubectl/clusterAccess";
import type { Workload } from "../../diagnostics/workload";
import { kubectlCommand } from "../../kubectl/scriptResource";
import { Component } from "../../kubernetes/component";
import { labels } from "../../kubernetes/labels";
import { contentClaimName } from "../../storage/claims/claims";
import type { SiteConfig } from "../keys";
import { fillPodSpec, siteConfigName } from "../sharedPod";
import { renderSiteSettings, siteExtensions, siteFiles } from "../siteFiles";
import { runOnce } from "../tasks";

export interface ContentArgs {
  readonly cluster: ClusterAccess;
  readonly config: SiteConfig;
  /** Storage class of the claim. @default the cluster's default class */
  readonly storageClass?: string | undefined;
  /** Addresses of the nodes, at least one. */
  readonly addresses: pulumi.Input<readonly string[]>;
  /** The StatefulSet whose pods had files of their own and were deleted. Their claims are migrated. Undefined without a migration. */
  readonly previousPods?: pulumi.Resource | undefined;
  /** Returns the hook that reports why the job that fills the claim failed. */
  readonly onError: (workload: Workload) => pulumi.ErrorHook;
}

/** The shared claim of `wp-content`, the job that fills it once, and the ConfigMap of pods and jobs. */
export class Content extends Component<ContentArgs> {
  /** Pods and jobs that mount the claim depend on this job. */
  readonly fillJob: Job;

  constructor(name: string, args: ContentArgs, options?: pulumi.ComponentResourceOptions) {
    super("wordpress:site:Content", name, args, options);
    const configMap = this.createConfigMap();
    const claim = this.createClaim();
    const migration = args.previousPods ? [this.createMigration([configMap, claim, args.previousPods])] : [];
    this.fillJob = this.createFillJob([configMap, claim, ...migration]);
    this.registerOutputs({});
  }

  private createConfigMap(): ConfigMap {
    const { config, addresses } = this.args;
    return new ConfigMap(
      `${this.name}-config`,
      {
        metadata: this.metadata(siteConfigName),
        data: {
          ...siteFiles(config),
          "extensions.json": JSON.stringify(siteExtensions(config)),
          "settings.json": pulumi.output(addresses).apply((nodes) => renderSiteSettings(config, nodes)),
        },
      },
      this.child(),
    );
  }

  private createClaim(): PersistentVolumeClaim {
    const { config, storageClass } = this.args;
    return new PersistentVolumeClaim(
      `${this.name}-claim`,
      {
        // The fill job waits for the volume. With some classes, a volume is provisioned only when a pod uses the claim.
        metadata: { ...this.metadata(contentClaimName), annotations: { "pulumi.com/skipAwait": "true" } },
        spec: {
          accessModes: [config.contentAccessMode],
          ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
          resources: { requests: { storage: config.wordpressStorage } },
        },
      },
      {
        ...this.child(),
        protect: config.dataRetention === "retain",
        // Another class or mode would replace the claim and lose its data. The preflight refuses such a change.
        ignoreChanges: ["spec.accessModes", "spec.storageClassName"],
      },
    );
  }

  /** Copies the content of the previous pods' claims. */
  private createMigration(dependsOn: readonly pulumi.Resource[]): local.Command {
    const { cluster, config } = this.args;
    const { namespace, wordpressImage: image, contentAccessMode: accessMode } = config;
    return kubectlCommand(
      `${this.name}-migration`,
      { cluster, onChange: "migrate-content", request: { namespace, image, accessMode } },
      this.child(...dependsOn),
    );
  }

  private createFillJob(dependsOn: readonly pulumi.Resource[]): Job {
    const { config, onError } = this.args;
    const { namespace, wordpressImage: image, contentAccessMode: accessMode } = config;
    return runOnce(
      `${this.name}-fill`,
      { namespace, name: "wordpress-fill", pod: fillPodSpec({ image, accessMode }), onError },
      this.child(...dependsOn),
    );
  }

  private metadata(name: string) {
    return { name, namespace: this.args.config.namespace, labels: labels("wordpress") };
  }
}
