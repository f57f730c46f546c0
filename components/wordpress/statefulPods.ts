import { StatefulSet } from "@pulumi/kubernetes/apps/v1";
import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import type * as pulumi from "@pulumi/pulumi";
import { rolloutOf, type Rollout } from "../diagnostics/rollout";
import { dependencies } from "../kubernetes/dependencies";
import { digest } from "../kubernetes/digest";
import { labels, selectorLabels } from "../kubernetes/labels";
import { databaseChecksumAnnotation } from "../mariadb/databaseUsers";
import { claimRetentionPolicy, claimTemplate } from "../storage/claims/claims";
import type { DataRetention } from "../storage/claims/keys";
import { rolloutOptions } from "./rolloutOptions";
import type { Salts } from "./salts";
import type { SiteArgs } from "./site";
import { podFiles } from "./siteFiles";
import { siteMetadata } from "./siteObjects";
import { siteWorkload } from "./workload";
import { defaultContainer, podConfigName, wordPressPodSpec } from "./wordPressPod";

export interface StatefulPodsArgs extends SiteArgs {
  /** Number of pods. */
  readonly replicas: number;
  /** What happens to claims of pods that are scaled down. */
  readonly claimRetention: DataRetention;
  readonly salts: Salts;
  /** Resources that only the StatefulSet depends on. */
  readonly dependsOn: readonly pulumi.Resource[];
  /** Runs after an update of the StatefulSet, before its rollout is awaited. */
  readonly beforeRollout?: (() => Promise<void>) | undefined;
}

/** The StatefulSet `wordpress` and its rollout. */
export interface StatefulPods {
  readonly statefulSet: StatefulSet;
  readonly rollout: Rollout;
}

/** Creates pods that each have all files of WordPress on a claim `data-wordpress-<n>` of their own. */
export function createStatefulPods(
  name: string,
  args: StatefulPodsArgs,
  parent: pulumi.ComponentResource,
  options: pulumi.ComponentResourceOptions,
): StatefulPods {
  const { config, salts, beforeRollout } = args;
  const { namespace, wordpressImage, wordpressStorage } = config;
  const files = podFiles(config.trustedProxies);
  const configMap = new ConfigMap(
    `${name}-pods-config`,
    { metadata: { name: podConfigName, namespace, labels: labels("wordpress") }, data: files },
    { parent, dependsOn: dependencies(options) },
  );
  const rollout = rolloutOf(siteWorkload(namespace, "StatefulSet"), args.replicas);
  const { customTimeouts, hooks } = rolloutOptions(args, rollout);
  const statefulSet = new StatefulSet(
    `${name}-pods`,
    {
      metadata: siteMetadata(namespace),
      spec: {
        serviceName: "wordpress",
        replicas: args.replicas,
        // With OrderedReady, a pod that never becomes ready would block the rollout of a corrected template.
        podManagementPolicy: "Parallel",
        selector: { matchLabels: selectorLabels("wordpress") },
        template: {
          metadata: {
            labels: labels("wordpress"),
            annotations: {
              ...defaultContainer,
              "wordpress/keys-checksum": salts.checksum,
              [databaseChecksumAnnotation]: args.databaseChecksum,
              "wordpress/settings-checksum": digest(files),
            },
          },
          spec: wordPressPodSpec(wordpressImage, salts.secretName, args.database),
        },
        volumeClaimTemplates: [claimTemplate(wordpressStorage, args.storageClass)],
        persistentVolumeClaimRetentionPolicy: claimRetentionPolicy(args.claimRetention),
      },
    },
    {
      parent,
      dependsOn: dependencies(options, args.podsDependOn, configMap, salts, ...args.dependsOn),
      ignoreChanges: ["spec.volumeClaimTemplates"],
      customTimeouts,
      hooks: { ...hooks, afterUpdate: [...(beforeRollout ? [beforeRollout] : []), ...hooks.afterUpdate] },
    },
  );
  return { statefulSet, rollout };
}
