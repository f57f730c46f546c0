import { Deployment } from "@pulumi/kubernetes/apps/v1";
import { ConfigMap, Service, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../kubectl/clusterAccess";
import type { Workload } from "../diagnostics/workload";
import { awaitRollout, type Rollout, rolloutOf } from "../diagnostics/rollout";
import { dependencies } from "../kubernetes/dependencies";
import { digest } from "../kubernetes/digest";
import { labels, selectorLabels } from "../kubernetes/labels";
import { pageCacheFiles, type PageCacheSiteConfig } from "./pageCacheFiles";
import { cachesService, pageCacheName, pageCachePorts, sitePodsService } from "./pageCacheNames";
import { pageCachePodSpec } from "./pageCachePod";
import { pageCacheWorkload } from "./workload";

export interface PageCacheArgs {
  readonly cluster: ClusterAccess;
  readonly namespace: string;
  /** Number of pods of the site, 1 to 100. */
  readonly sitePods: number;
  readonly config: PageCacheSiteConfig;
  /** Labels of the site's pods. */
  readonly siteSelector: Readonly<Record<string, string>>;
  /** Creates the hook that reports pods which do not become ready. */
  readonly onError: (workload: Workload) => pulumi.ErrorHook;
}

/** Maximum number of cache pods. One serves more requests than many WordPress pods; each fills and purges a cache of its own. */
const maxReplicas = 3;

/** nginx in front of the site's pods. The cached pages are its only state, and WordPress can render them again. */
export class PageCache extends pulumi.ComponentResource {
  readonly rollout: Rollout;

  constructor(name: string, args: PageCacheArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("wordpress:site:PageCache", name, {}, options);
    const { namespace } = args;
    const child = { parent: this, dependsOn: dependencies(options) };
    const selector = selectorLabels(pageCacheName);
    const metadata = { name: pageCacheName, namespace, labels: labels(pageCacheName) };

    const files = pageCacheFiles(args.config);
    const config = new ConfigMap(`${name}-config`, { metadata, data: files }, child);
    const account = new ServiceAccount(`${name}-account`, { metadata, automountServiceAccountToken: false }, child);
    new PodDisruptionBudget(
      `${name}-budget`,
      { metadata, spec: { maxUnavailable: 1, selector: { matchLabels: selector } } },
      child,
    );
    const services = [
      new Service(
        `${name}-site`,
        {
          metadata: { name: sitePodsService, namespace, labels: labels("wordpress") },
          spec: {
            clusterIP: "None",
            ports: [{ name: "http", port: 80, targetPort: "http" }],
            selector: args.siteSelector,
          },
        },
        child,
      ),
      new Service(
        `${name}-pods-service`,
        {
          metadata: { ...metadata, name: cachesService },
          spec: {
            clusterIP: "None",
            publishNotReadyAddresses: true,
            ports: [{ name: "control", port: pageCachePorts.control, targetPort: "control" }],
            selector,
          },
        },
        child,
      ),
    ];
    const replicas = Math.min(args.sitePods, maxReplicas);
    this.rollout = rolloutOf(pageCacheWorkload(namespace), replicas);
    new Deployment(
      `${name}-pods`,
      {
        metadata,
        spec: {
          replicas,
          selector: { matchLabels: selector },
          strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          template: {
            metadata: { labels: labels(pageCacheName), annotations: { "wordpress/settings-checksum": digest(files) } },
            spec: pageCachePodSpec(args.config, namespace),
          },
        },
      },
      {
        parent: this,
        dependsOn: dependencies(options, config, account, ...services),
        hooks: {
          afterUpdate: [() => awaitRollout(args.cluster, this.rollout)],
          onError: [args.onError(this.rollout.workload)],
        },
      },
    );
    this.registerOutputs({});
  }
}
