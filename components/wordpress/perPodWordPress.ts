import type { local } from "@pulumi/command";
import type { Service, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { Rollout } from "../diagnostics/rollout";
import { Kubectl } from "../kubectl/client";
import { kubectlCommand } from "../kubectl/scriptResource";
import { Component } from "../kubernetes/component";
import { selectorLabels } from "../kubernetes/labels";
import { growClaims, type GrowClaimsRequest } from "../storage/claims/growClaims";
import type { Salts } from "./salts";
import type { Site, SiteArgs } from "./site";
import { createAccount, createBudget, createSalts, createService } from "./siteObjects";
import { createStatefulPods } from "./statefulPods";

export type PerPodWordPressArgs = SiteArgs;

/**
 * A site whose pods each have all files on a claim of their own, as in the tutorial: the StatefulSet and the Service `wordpress`. The
 * resources that `SharedWordPress` has too keep their URNs when a stack changes its mode.
 */
export class PerPodWordPress extends Component<PerPodWordPressArgs> implements Site {
  readonly adminPassword = undefined;
  readonly rollouts: readonly Rollout[];
  private readonly selector = selectorLabels("wordpress");

  constructor(name: string, args: PerPodWordPressArgs, options?: pulumi.ComponentResourceOptions) {
    super("wordpress:site:WordPress", name, args, options);
    const salts = this.createSalts();
    const account = this.createAccount();
    this.createBudget();
    const service = this.createService();
    const claimGrowth = this.createClaimGrowth();
    const pods = this.createPods(salts, [account, service, claimGrowth]);
    this.rollouts = [pods.rollout];
    this.registerOutputs({});
  }

  private createSalts(): Salts {
    return createSalts(this.name, this.args.config, this.child());
  }

  private createAccount(): ServiceAccount {
    return createAccount(this.name, this.args.config.namespace, this.child());
  }

  private createBudget(): void {
    const { namespace } = this.args.config;
    createBudget(this.name, { namespace, selector: this.selector, maxUnavailable: 1 }, this.child());
  }

  private createService(): Service {
    return createService(this.name, this.args.config, this.selector, this.child());
  }

  /** Grows the claims of the pods that exist, before the StatefulSet changes. */
  private createClaimGrowth(): local.Command {
    const { cluster } = this.args;
    return kubectlCommand(
      `${this.name}-growth`,
      { cluster, onChange: "grow-claims", request: { ...this.claims } },
      this.child(),
    );
  }

  private createPods(salts: Salts, dependsOn: readonly pulumi.Resource[]) {
    const { args, claims } = this;
    const { wordpressReplicas: replicas, dataRetention: claimRetention } = args.config;
    // Pods that are added later get their claims from the first template: see growClaims.
    const beforeRollout = async () => void (await growClaims(new Kubectl(args.cluster), claims));
    return createStatefulPods(
      this.name,
      { ...args, replicas, claimRetention, salts, dependsOn, beforeRollout },
      this,
      this.options,
    );
  }

  private get claims(): GrowClaimsRequest {
    const { namespace, wordpressStorage } = this.args.config;
    return { namespace, statefulSet: "wordpress", size: wordpressStorage };
  }
}
