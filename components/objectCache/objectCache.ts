import { Deployment } from "@pulumi/kubernetes/apps/v1";
import { Secret, Service, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { Workload } from "../diagnostics/workload";
import { type Rollout, rolloutOf } from "../diagnostics/rollout";
import { Component } from "../kubernetes/component";
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
export class ObjectCache extends Component<ObjectCacheArgs> {
  readonly connection: ObjectCacheConnection;
  readonly rollout: Rollout;
  /** Checksum of the password. */
  readonly checksum: pulumi.Output<string>;
  private readonly selector = selectorLabels(objectCacheName);

  constructor(name: string, args: ObjectCacheArgs, options?: pulumi.ComponentResourceOptions) {
    super("wordpress:site:ObjectCache", name, args, options);
    const password = this.createPassword();
    this.checksum = password.apply(digest);
    const secret = this.createSecret(password);
    const account = this.createAccount();
    const service = this.createService();
    this.connection = { host: service.spec.clusterIP.apply(urlHost), secretName: objectCacheName };
    this.rollout = rolloutOf(objectCacheWorkload(args.namespace), 1);
    this.createDeployment([secret, account, service]);
    this.registerOutputs({});
  }

  private createPassword(): pulumi.Output<string> {
    return new RandomPassword(`${this.name}-password`, { length: 32, special: false }, this.child()).result;
  }

  private createSecret(password: pulumi.Output<string>): Secret {
    return new Secret(`${this.name}-secret`, { metadata: this.metadata(), stringData: { password } }, this.child());
  }

  private createAccount(): ServiceAccount {
    const account = { metadata: this.metadata(), automountServiceAccountToken: false };
    return new ServiceAccount(`${this.name}-account`, account, this.child());
  }

  private createService(): Service {
    return new Service(
      `${this.name}-service`,
      {
        // Pulumi waits for the Deployment instead.
        metadata: { ...this.metadata(), annotations: { "pulumi.com/skipAwait": "true" } },
        spec: {
          ports: [{ name: "valkey", port: objectCachePort, targetPort: "valkey" }],
          selector: this.selector,
        },
      },
      this.child(),
    );
  }

  private createDeployment(dependsOn: readonly pulumi.Resource[]): void {
    const { config, onError } = this.args;
    new Deployment(
      `${this.name}-pods`,
      {
        metadata: this.metadata(),
        spec: {
          replicas: 1,
          selector: { matchLabels: this.selector },
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
      { ...this.child(...dependsOn), hooks: { onError: [onError(this.rollout.workload)] } },
    );
  }

  private metadata() {
    return { name: objectCacheName, namespace: this.args.namespace, labels: labels(objectCacheName) };
  }
}
