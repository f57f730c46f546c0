import type { Job } from "@pulumi/kubernetes/batch/v1";
import { ConfigMap, PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../../kubectl/clusterAccess";
import type { Workload } from "../../diagnostics/workload";
import { kubectlCommand } from "../../kubectl/scriptResource";
import { dependencies } from "../../kubernetes/dependencies";
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
export class Content extends pulumi.ComponentResource {
  /** Pods and jobs that mount the claim depend on this job. */
  readonly fillJob: Job;

  constructor(name: string, args: ContentArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("wordpress:site:Content", name, {}, options);
    const { config } = args;
    const { namespace, wordpressImage: image, contentAccessMode: accessMode } = config;
    const child = { parent: this, dependsOn: dependencies(options) };
    const metadata = { namespace, labels: labels("wordpress") };

    const configMap = new ConfigMap(
      `${name}-config`,
      {
        metadata: { ...metadata, name: siteConfigName },
        data: {
          ...siteFiles(config),
          "extensions.json": JSON.stringify(siteExtensions(config)),
          "settings.json": pulumi.output(args.addresses).apply((addresses) => renderSiteSettings(config, addresses)),
        },
      },
      child,
    );
    const claim = new PersistentVolumeClaim(
      `${name}-claim`,
      {
        // The fill job waits for the volume. With some classes, a volume is provisioned only when a pod uses the claim.
        metadata: { ...metadata, name: contentClaimName, annotations: { "pulumi.com/skipAwait": "true" } },
        spec: {
          accessModes: [accessMode],
          ...(args.storageClass === undefined ? {} : { storageClassName: args.storageClass }),
          resources: { requests: { storage: config.wordpressStorage } },
        },
      },
      {
        ...child,
        protect: config.dataRetention === "retain",
        // Another class or mode would replace the claim and lose its data. The preflight refuses such a change.
        ignoreChanges: ["spec.accessModes", "spec.storageClassName"],
      },
    );
    const migration = args.previousPods && [
      kubectlCommand(
        `${name}-migration`,
        {
          cluster: args.cluster,
          onChange: "migrate-content",
          request: { namespace, image, accessMode },
        },
        { parent: this, dependsOn: dependencies(options, configMap, claim, args.previousPods) },
      ),
    ];
    this.fillJob = runOnce(
      `${name}-fill`,
      { namespace, name: "wordpress-fill", pod: fillPodSpec({ image, accessMode }), onError: args.onError },
      { parent: this, dependsOn: dependencies(options, configMap, claim, ...(migration ?? [])) },
    );
    this.registerOutputs({});
  }
}
