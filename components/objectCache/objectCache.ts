import { Deployment } from "@pulumi/kubernetes/apps/v1";
import { Secret, Service, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { Workload } from "../diagnostics/workload";
import { type Rollout, rolloutOf } from "../diagnostics/rollout";
import { dependencies } from "../kubernetes/dependencies";
import { digest } from "../kubernetes/digest";
import { urlHost } from "../kubernetes/hostAddress";
import { labels, selectorLabels } from "../kubernetes/labels";
import type { ObjectCacheConfig } from "./keys";
import { objectCacheName, objectCachePort } from "./objectCacheNames";
import { objectCachePodSpec } from "./objectCachePod";
import { objectCacheWorkload } from "./workload";

/** Annotation with the checksum of the cache's password, on all pods that use the password. */
export const objectCacheChecksum = "wordpress/object-cache-checksum";

export interface ObjectCacheArgs {
  readonly config: ObjectCacheConfig;
  readonly namespace: string;
  /** Creates the hook that reports a pod which does not become ready. */
  readonly onError: (workload: Workload) => pulumi.ErrorHook;
}

/** What the cache's clients need to connect. */
export interface ObjectCacheConnection {
  /** IP address of its Service, so that no visitor's request waits for a name server. */
  readonly host: pulumi.Input<string>;
  /** Secret with the key `password`. */
  readonly secretName: string;
}

/** Valkey with a password. It has one pod, since two would have different values for the same name. */
export class ObjectCache extends pulumi.ComponentResource {
  readonly connection: ObjectCacheConnection;
  readonly rollout: Rollout;
  /** Checksum of the password. */
  readonly checksum: pulumi.Output<string>;

  constructor(name: string, args: ObjectCacheArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("wordpress:site:ObjectCache", name, {}, options);
    const { namespace, config } = args;
    this.rollout = rolloutOf(objectCacheWorkload(namespace), 1);
    const child = { parent: this, dependsOn: dependencies(options) };
    const metadata = { name: objectCacheName, namespace, labels: labels(objectCacheName) };
    const selector = selectorLabels(objectCacheName);

    const password = new RandomPassword(`${name}-password`, { length: 32, special: false }, child).result;
    this.checksum = password.apply(digest);
    const secret = new Secret(`${name}-secret`, { metadata, stringData: { password } }, child);
    const account = new ServiceAccount(`${name}-account`, { metadata, automountServiceAccountToken: false }, child);
    const service = new Service(
      `${name}-service`,
      {
        // Pulumi waits for the Deployment instead.
        metadata: { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } },
        spec: { ports: [{ name: "valkey", port: objectCachePort, targetPort: "valkey" }], selector },
      },
      child,
    );
    this.connection = { host: service.spec.clusterIP.apply(urlHost), secretName: objectCacheName };
    new Deployment(
      `${name}-pods`,
      {
        metadata,
        spec: {
          replicas: 1,
          selector: { matchLabels: selector },
          strategy: { type: "Recreate" },
          template: {
            metadata: {
              labels: labels(objectCacheName),
              annotations: { [objectCacheChecksum]: this.checksum },
            },
            spec: objectCachePodSpec(config.image, config.memory, objectCacheName),
          },
        },
      },
      {
        parent: this,
        dependsOn: dependencies(options, secret, account, service),
        hooks: { onError: [args.onError(this.rollout.workload)] },
      },
    );
    this.registerOutputs({});
  }
}
