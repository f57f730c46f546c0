import type { StatefulSet } from "@pulumi/kubernetes/apps/v1";
import type { Service, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { Rollout } from "../diagnostics/rollout";
import { Component } from "../kubernetes/component";
import { selectorLabels } from "../kubernetes/labels";
import { PageCache } from "../pageCache/pageCache";
import { pageCacheName } from "../pageCache/pageCacheNames";
import type { Salts } from "./salts";
import { sharedSelector } from "./sharedPod";
import { SharedSite } from "./sharedSite";
import type { Site, SiteArgs } from "./site";
import { createAccount, createBudget, createSalts, createService } from "./siteObjects";
import { createStatefulPods } from "./statefulPods";

export interface SharedWordPressArgs extends SiteArgs {
  /** Addresses of the nodes, at least one. */
  readonly addresses: pulumi.Input<readonly string[]>;
}

/**
 * A site whose pods share one claim and have core from the image: the Deployment and the Service `wordpress`, with a page cache between
 * them. The resources that `PerPodWordPress` has too keep their URNs when a stack changes its mode.
 */
export class SharedWordPress extends Component<SharedWordPressArgs> implements Site {
  readonly adminPassword: pulumi.Output<string>;
  readonly rollouts: readonly Rollout[];

  constructor(name: string, args: SharedWordPressArgs, options?: pulumi.ComponentResourceOptions) {
    super("wordpress:site:WordPress", name, args, options);
    const salts = this.createSalts();
    const account = this.createAccount();
    this.createBudget();
    const pageCache = this.createPageCache();
    const service = this.createService(pageCache);
    const previousPods =
      args.config.contentMigration === "merge" ? this.scaleDownPreviousPods(salts, [account, service]) : undefined;
    const site = this.createSite(salts, [account, service], previousPods);
    this.adminPassword = site.adminPassword;
    this.rollouts = [...site.rollouts, ...(pageCache ? [pageCache.rollout] : [])];
    this.registerOutputs({});
  }

  private createSalts(): Salts {
    return createSalts(this.name, this.args.config, this.child());
  }

  private createAccount(): ServiceAccount {
    return createAccount(this.name, this.args.config.namespace, this.child());
  }

  private createBudget(): void {
    const { namespace, contentAccessMode } = this.args.config;
    const isOnOneNode = contentAccessMode === "ReadWriteOnce";
    createBudget(
      this.name,
      // Pods that must share a node leave it together: the next pod cannot start before the last one has terminated.
      { namespace, selector: sharedSelector, maxUnavailable: isOnOneNode ? "100%" : 1 },
      this.child(),
    );
  }

  private createPageCache(): PageCache | undefined {
    const { config, cluster, onError } = this.args;
    const { namespace, pageCache, wordpressReplicas: sitePods } = config;
    if (!pageCache.enabled) return undefined;
    return new PageCache(
      `${this.name}-cache`,
      { config, namespace, cluster, sitePods, siteSelector: sharedSelector, onError },
      this.child(),
    );
  }

  private createService(pageCache: PageCache | undefined): Service {
    const selector = pageCache ? selectorLabels(pageCacheName) : sharedSelector;
    // The Service selects the page cache's pods only once they are ready.
    return createService(this.name, this.args.config, selector, this.child(...(pageCache ? [pageCache] : [])));
  }

  /** Keeps the StatefulSet of `PerPodWordPress` without pods: they write no more, and their claims are retained. */
  private scaleDownPreviousPods(salts: Salts, dependsOn: readonly pulumi.Resource[]): StatefulSet {
    const args = { ...this.args, replicas: 0, claimRetention: "retain", salts, dependsOn } as const;
    return createStatefulPods(this.name, args, this, this.options).statefulSet;
  }

  private createSite(
    salts: Salts,
    dependsOn: readonly pulumi.Resource[],
    previousPods: StatefulSet | undefined,
  ): SharedSite {
    return new SharedSite(
      `${this.name}-shared`,
      { ...this.args, salts, previousPods, dependsOn: [this.args.podsDependOn, salts, ...dependsOn] },
      this.child(),
    );
  }
}
