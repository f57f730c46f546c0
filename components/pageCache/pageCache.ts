import { Deployment } from "@pulumi/kubernetes/apps/v1";
import { ConfigMap, Service, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../kubectl/clusterAccess";
import type { Workload } from "../diagnostics/workload";
import { awaitRollout, type Rollout, rolloutOf } from "../diagnostics/rollout";
import { Component } from "../kubernetes/component";
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
export class PageCache extends Component<PageCacheArgs> {
  readonly rollout: Rollout;
  private readonly replicas = Math.min(this.args.sitePods, maxReplicas);
  private readonly selector = selectorLabels(pageCacheName);

  constructor(name: string, args: PageCacheArgs, options?: pulumi.ComponentResourceOptions) {
    super("wordpress:site:PageCache", name, args, options);
    const files = pageCacheFiles(args.config);
    const config = this.createConfig(files);
    const account = this.createAccount();
    this.createBudget();
    const sitePods = this.createSitePodsService();
    const caches = this.createCachesService();
    this.rollout = rolloutOf(pageCacheWorkload(args.namespace), this.replicas);
    this.createDeployment(files, [config, account, sitePods, caches]);
    this.registerOutputs({});
  }

  private createConfig(files: Readonly<Record<string, string>>): ConfigMap {
    return new ConfigMap(`${this.name}-config`, { metadata: this.metadata(), data: files }, this.child());
  }

  private createAccount(): ServiceAccount {
    const account = { metadata: this.metadata(), automountServiceAccountToken: false };
    return new ServiceAccount(`${this.name}-account`, account, this.child());
  }

  private createBudget(): void {
    const spec = { maxUnavailable: 1, selector: { matchLabels: this.selector } };
    new PodDisruptionBudget(`${this.name}-budget`, { metadata: this.metadata(), spec }, this.child());
  }

  /** The caches' way to the site's pods. */
  private createSitePodsService(): Service {
    const { namespace, siteSelector } = this.args;
    return new Service(
      `${this.name}-site`,
      {
        metadata: { name: sitePodsService, namespace, labels: labels("wordpress") },
        spec: {
          clusterIP: "None",
          ports: [{ name: "http", port: 80, targetPort: "http" }],
          selector: siteSelector,
        },
      },
      this.child(),
    );
  }

  /** The site's way to all caches, which it tells to purge. A cache that is not ready may have pages already. */
  private createCachesService(): Service {
    return new Service(
      `${this.name}-pods-service`,
      {
        metadata: { ...this.metadata(), name: cachesService },
        spec: {
          clusterIP: "None",
          publishNotReadyAddresses: true,
          ports: [{ name: "control", port: pageCachePorts.control, targetPort: "control" }],
          selector: this.selector,
        },
      },
      this.child(),
    );
  }

  private createDeployment(files: Readonly<Record<string, string>>, dependsOn: readonly pulumi.Resource[]): void {
    const { config, namespace, cluster, onError } = this.args;
    new Deployment(
      `${this.name}-pods`,
      {
        metadata: this.metadata(),
        spec: {
          replicas: this.replicas,
          selector: { matchLabels: this.selector },
          strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          template: {
            metadata: { labels: labels(pageCacheName), annotations: { "wordpress/settings-checksum": digest(files) } },
            spec: pageCachePodSpec(config, namespace),
          },
        },
      },
      {
        ...this.child(...dependsOn),
        hooks: { afterUpdate: [() => awaitRollout(cluster, this.rollout)], onError: [onError(this.rollout.workload)] },
      },
    );
  }

  private metadata() {
    return { name: pageCacheName, namespace: this.args.namespace, labels: labels(pageCacheName) };
  }
}
