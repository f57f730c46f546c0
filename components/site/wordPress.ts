import { StatefulSet } from "@pulumi/kubernetes/apps/v1";
import { Service } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/clusterAccess";
import { Kubectl } from "../cluster/kubectl";
import { kubectlCommand } from "../cluster/kubectlCommand";
import type { DatabaseConnection } from "../database/mariaDb";
import { dependencies } from "../dependencies";
import { labels, selectorLabels } from "../labels";
import { growClaims } from "../storage/claimGrowth";
import { claimRetentionPolicy, claimTemplate, type DataRetention } from "../storage/claims";
import { WordPressKeys } from "./keys";
import { wordPressPodSpec } from "./wordPressPod";

export interface WordPressArgs {
  readonly cluster: ClusterAccess;
  readonly namespace: string;
  /** Number of pods, 1 to 100. */
  readonly replicas: number;
  /** Image reference of WordPress with Apache, e.g. `wordpress:6.5-apache`. */
  readonly image: string;
  /** Size of each pod's claim `data-wordpress-<n>`, a Kubernetes quantity. It may only grow. */
  readonly storage: string;
  /** Storage class of the claims. @default the cluster's default class */
  readonly storageClass?: string | undefined;
  /** Port of every node at which the site answers, 30000 to 32767. */
  readonly nodePort: number;
  readonly dataRetention: DataRetention;
  /** Any text; another one makes new keys and rolls the pods. */
  readonly keyRotation: string;
  readonly database: DatabaseConnection;
  /**
   * Comes up before the pods, and goes after them. Nothing else waits for it: what a protected Secret depends on is kept
   * by `pulumi destroy --exclude-protected`, and the database's pod is not to be.
   */
  readonly podsAfter: pulumi.Resource;
  /** Called when the StatefulSet does not come up. */
  readonly onError: pulumi.ErrorHook;
}

/** The site: pods that each have a claim of their own, the keys they share, and the Service `wordpress`. */
export class WordPress extends pulumi.ComponentResource {
  constructor(name: string, args: WordPressArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("wordpress:site:WordPress", name, {}, options);
    const { namespace } = args;
    const child = { parent: this, dependsOn: dependencies(options) };
    const metadata = { name: "wordpress", namespace, labels: labels("wordpress") };
    const claims = { namespace, statefulSet: "wordpress", size: args.storage };

    const keys = new WordPressKeys(
      `${name}-keys`,
      { namespace, rotation: args.keyRotation, protect: args.dataRetention === "retain" },
      child,
    );
    const service = new Service(
      `${name}-service`,
      {
        // The workload is waited for; waiting for the Service's endpoints as well would cost 10 s and tell nothing new.
        metadata: { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } },
        spec: {
          type: "NodePort",
          ports: [{ name: "http", port: 80, targetPort: "http", nodePort: args.nodePort }],
          selector: selectorLabels("wordpress"),
        },
      },
      child,
    );
    const growth = kubectlCommand(
      `${name}-growth`,
      { cluster: args.cluster, onChange: "components/storage/claimGrowthCommand.ts", request: claims },
      child,
    );
    new StatefulSet(
      `${name}-pods`,
      {
        metadata: { ...metadata, annotations: { "pulumi.com/patchForce": "true" } },
        spec: {
          serviceName: "wordpress",
          replicas: args.replicas,
          // A pod that never gets ready must not keep a mended template from being rolled out, as OrderedReady does.
          podManagementPolicy: "Parallel",
          selector: { matchLabels: selectorLabels("wordpress") },
          template: {
            metadata: { labels: labels("wordpress"), annotations: { "wordpress/keys-checksum": keys.checksum } },
            spec: wordPressPodSpec(args.image, keys.secretName, args.database),
          },
          volumeClaimTemplates: [claimTemplate(args.storage, args.storageClass)],
          persistentVolumeClaimRetentionPolicy: claimRetentionPolicy(args.dataRetention),
        },
      },
      {
        parent: this,
        dependsOn: dependencies(options, args.podsAfter, keys, service, growth),
        ignoreChanges: ["spec.volumeClaimTemplates"],
        hooks: {
          // Pods that are added later get their claims from the first template: see growClaims.
          afterUpdate: [
            async () => {
              await growClaims(new Kubectl(args.cluster), claims);
            },
          ],
          onError: [args.onError],
        },
      },
    );
    this.registerOutputs({});
  }
}
