import { StatefulSet } from "@pulumi/kubernetes/apps/v1";
import { ConfigMap, Service, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../kubectl/clusterAccess";
import type { Workload } from "../diagnostics/workload";
import { Kubectl } from "../kubectl/client";
import { kubectlCommand } from "../kubectl/scriptResource";
import { databaseChecksum } from "../mariadb/databaseUsers";
import type { DatabaseConnection } from "../mariadb/connection";
import { dependencies } from "../kubernetes/dependencies";
import { digest } from "../kubernetes/digest";
import { labels, selectorLabels } from "../kubernetes/labels";
import { growClaims } from "../storage/claims/growClaims";
import {
  claimRetentionPolicy,
  claimTemplate,
  type ContentAccessMode,
  type DataRetention,
} from "../storage/claims/claims";
import { WordPressKeys } from "./salts";
import type { ObjectCacheSettings } from "../objectCache/objectCache";
import { PageCache, type PageCacheSettings } from "../pageCache/pageCache";
import { pageCacheName } from "../pageCache/pageCacheNames";
import { sharedSelector } from "./sharedPod";
import type { Administrator } from "./installer";
import { rolloutOf, type Rollout } from "../diagnostics/rollout";
import { rolloutOptions } from "./rolloutOptions";
import { SharedSite } from "./sharedSite";
import { type Extensions, podFiles, type SiteSettings } from "./siteFiles";
import { siteWorkload } from "./workload";
import { defaultContainer, podConfigName, wordPressPodSpec } from "./wordPressPod";

/** Which nodes answer at the NodePort: all, or those alone that have a pod, which then see the visitor's own address. */
export type ExternalTrafficPolicy = "Cluster" | "Local";

/** Where the site's files are. */
export type SiteContent =
  /** In a claim of each pod's, as in the chapter. */
  | { readonly content: "perPod" }
  | {
      /** In one claim for all pods, with core from the image. */
      readonly content: "shared";
      readonly accessMode: ContentAccessMode;
      /** Whether the files of pods that each have their own are brought along. */
      readonly migrateContent: boolean;
      readonly settings: SiteSettings;
      /** Undefined where visitors ask the site's pods themselves. */
      readonly pageCache: PageCacheSettings | undefined;
      /** Undefined where WordPress asks its database alone. */
      readonly objectCache: ObjectCacheSettings | undefined;
      readonly extensions: Extensions;
      readonly administrator: Administrator;
      /** The nodes' addresses, at least one. */
      readonly addresses: pulumi.Input<readonly string[]>;
    };

export interface WordPressArgs {
  readonly cluster: ClusterAccess;
  readonly namespace: string;
  /** Number of pods, 1 to 100. */
  readonly replicas: number;
  /** Image reference of WordPress with Apache, e.g. `wordpress:6.5-apache`. */
  readonly image: string;
  /** Size of each pod's claim `data-wordpress-<n>`, or of the shared one; a Kubernetes quantity. It may only grow. */
  readonly storage: string;
  /** Storage class of the claims. @default the cluster's default class */
  readonly storageClass?: string | undefined;
  readonly content: SiteContent;
  /** Port of every node at which the site answers, 30000 to 32767. */
  readonly nodePort: number;
  readonly externalTrafficPolicy: ExternalTrafficPolicy;
  /** CIDRs of the proxies whose forwarded headers (address, scheme) are believed. */
  readonly trustedProxies: readonly string[];
  readonly dataRetention: DataRetention;
  /** Any text; another one makes new keys and rolls the pods. */
  readonly keyRotation: string;
  readonly database: DatabaseConnection;
  /** Of the database's user and password; another one rolls the pods. */
  readonly databaseChecksum: pulumi.Output<string>;
  /**
   * Comes up before the pods, and goes after them. Nothing else waits for it: what a protected Secret depends on is kept
   * by `pulumi destroy --exclude-protected`, and the database's pod is not to be.
   */
  readonly podsAfter: pulumi.Resource;
  /** Called when a workload does not come up, or a job does not end well. */
  readonly onError: (workload: Workload) => pulumi.ErrorHook;
}

/** The site: its pods with their files, the keys they share, and the Service `wordpress`. */
export class WordPress extends pulumi.ComponentResource {
  /** Of the administrator; undefined where the site does not install itself. */
  readonly adminPassword: pulumi.Output<string> | undefined;
  /** Of the workloads that serve visitors. The database's is not among them: the site's pods are not ready without it. */
  readonly rollouts: readonly Rollout[];

  constructor(name: string, args: WordPressArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("wordpress:site:WordPress", name, {}, options);
    const { namespace, content } = args;
    const child = { parent: this, dependsOn: dependencies(options) };

    const keys = new WordPressKeys(
      `${name}-keys`,
      { namespace, rotation: args.keyRotation, protect: args.dataRetention === "retain" },
      child,
    );
    const metadata = { name: "wordpress", namespace, labels: labels("wordpress") };
    const account = new ServiceAccount(`${name}-account`, { metadata, automountServiceAccountToken: false }, child);
    const selector = content.content === "shared" ? sharedSelector : selectorLabels("wordpress");
    const isOnOneNode = content.content === "shared" && content.accessMode === "ReadWriteOnce";
    new PodDisruptionBudget(
      `${name}-budget`,
      // A budget that asks for a number of pods would keep a node from being drained where there is one pod. Pods that have to
      // be on one node leave it together: the next one could not start before the last one has ended.
      { metadata, spec: { maxUnavailable: isOnOneNode ? "100%" : 1, selector: { matchLabels: selector } } },
      child,
    );
    const cache =
      content.content === "shared" && content.pageCache
        ? new PageCache(
            `${name}-cache`,
            {
              ...content.pageCache,
              namespace,
              cluster: args.cluster,
              sitePods: args.replicas,
              siteSelector: selector,
              settings: content.settings,
              onError: args.onError,
            },
            child,
          )
        : undefined;
    const service = new Service(
      `${name}-service`,
      {
        // The workload is waited for; waiting for the Service's endpoints as well would cost 10 s and tell nothing new.
        metadata: { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } },
        spec: {
          type: "NodePort",
          externalTrafficPolicy: args.externalTrafficPolicy,
          ports: [{ name: "http", port: 80, targetPort: "http", nodePort: args.nodePort }],
          selector: cache ? selectorLabels(pageCacheName) : selector,
        },
      },
      // Nobody is sent to pods that are not there yet.
      { parent: this, dependsOn: dependencies(options, ...(cache ? [cache] : [])) },
    );
    if (content.content === "shared") {
      const runsAfter = [args.podsAfter, account, keys, service];
      // The pods that each have their own files go, and their claims stay.
      const former = content.migrateContent
        ? this.podsWithClaims(
            name,
            { ...args, replicas: 0, dataRetention: "retain" },
            keys,
            [account, service],
            options,
          ).pods
        : undefined;
      const site = new SharedSite(`${name}-shared`, { ...args, ...content, keys, runsAfter, former }, child);
      this.adminPassword = site.adminPassword;
      this.rollouts = [...site.rollouts, ...(cache ? [cache.rollout] : [])];
    } else {
      this.rollouts = [this.podsWithClaims(name, args, keys, [account, service], options).rollout];
    }
    this.registerOutputs({});
  }

  private podsWithClaims(
    name: string,
    args: WordPressArgs,
    keys: WordPressKeys,
    after: readonly pulumi.Resource[],
    options: pulumi.ComponentResourceOptions,
  ): { readonly pods: StatefulSet; readonly rollout: Rollout } {
    const { namespace } = args;
    const files = podFiles(args.trustedProxies);
    const config = new ConfigMap(
      `${name}-pods-config`,
      { metadata: { name: podConfigName, namespace, labels: labels("wordpress") }, data: files },
      { parent: this, dependsOn: dependencies(options) },
    );
    const claims = { namespace, statefulSet: "wordpress", size: args.storage };
    const grows = args.content.content === "perPod";
    const growth = grows
      ? [
          kubectlCommand(
            `${name}-growth`,
            { cluster: args.cluster, onChange: "grow-claims", request: claims },
            { parent: this, dependsOn: dependencies(options) },
          ),
        ]
      : [];
    const rollout = rolloutOf(siteWorkload(namespace, "StatefulSet"), args.replicas);
    const rolledOut = rolloutOptions(args, rollout);
    const pods = new StatefulSet(
      `${name}-pods`,
      {
        metadata: { name: "wordpress", namespace, labels: labels("wordpress") },
        spec: {
          serviceName: "wordpress",
          replicas: args.replicas,
          // A pod that never gets ready must not keep a mended template from being rolled out, as OrderedReady does.
          podManagementPolicy: "Parallel",
          selector: { matchLabels: selectorLabels("wordpress") },
          template: {
            metadata: {
              labels: labels("wordpress"),
              annotations: {
                ...defaultContainer,
                "wordpress/keys-checksum": keys.checksum,
                [databaseChecksum]: args.databaseChecksum,
                "wordpress/settings-checksum": digest(files),
              },
            },
            spec: wordPressPodSpec(args.image, keys.secretName, args.database),
          },
          volumeClaimTemplates: [claimTemplate(args.storage, args.storageClass)],
          persistentVolumeClaimRetentionPolicy: claimRetentionPolicy(args.dataRetention),
        },
      },
      {
        parent: this,
        dependsOn: dependencies(options, args.podsAfter, config, keys, ...after, ...growth),
        ignoreChanges: ["spec.volumeClaimTemplates"],
        ...rolledOut,
        hooks: {
          ...rolledOut.hooks,
          afterUpdate: [
            // Pods that are added later get their claims from the first template: see growClaims.
            async () => {
              if (grows) await growClaims(new Kubectl(args.cluster), claims);
            },
            ...(rolledOut.hooks?.afterUpdate ?? []),
          ],
        },
      },
    );
    return { pods, rollout };
  }
}
