import { Deployment } from "@pulumi/kubernetes/apps/v1";
import { ConfigMap, PersistentVolumeClaim, Service } from "@pulumi/kubernetes/core/v1";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../../kubernetes/component";
import { digest } from "../../kubernetes/digest";
import { stackLabels } from "../../kubernetes/labels";
import type { DataRetention } from "../claims/keys";
import { ganeshaConfig } from "./ganeshaConfig";
import { nfsName, nfsPort, nfsServerClassName, nfsServerName } from "./nfsNames";
import { nfsServerPodSpec } from "./nfsServerPod";

export interface NfsServerArgs {
  /** Size of the server's volume, a Kubernetes quantity. It may only grow. */
  readonly storage: string;
  readonly imageRegistry: string | undefined;
  /** CIDRs of the nodes, at least one. No other client reaches the server. */
  readonly nodes: pulumi.Input<readonly string[]>;
  readonly dataRetention: DataRetention;
  /** Called when the server does not become ready. */
  readonly onError: pulumi.ErrorHook;
}

const app = { app: nfsServerName } as const;
const labels = { ...app, "app.kubernetes.io/name": nfsServerName, ...stackLabels };
const metadata = { name: nfsServerName, namespace: nfsName, labels };
/** The Deployment waits for the volume and for the pod. */
const notAwaited = { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } };

/** One NFS server with its volume, reachable only from the nodes. While it is unavailable, clients that access its files wait. */
export class NfsServer extends Component<NfsServerArgs> {
  constructor(name: string, args: NfsServerArgs, options?: pulumi.ComponentResourceOptions) {
    super("wordpress:nfs:NfsServer", name, args, options);
    const config = ganeshaConfig();
    const configMap = this.createConfigMap(config);
    const claim = this.createClaim();
    const policy = this.createPolicy();
    const service = this.createService();
    this.createDeployment(config, [configMap, claim, policy, service]);
    this.registerOutputs({});
  }

  private createConfigMap(config: string): ConfigMap {
    return new ConfigMap(`${this.name}-config`, { metadata, data: { "ganesha.conf": config } }, this.child());
  }

  private createClaim(): PersistentVolumeClaim {
    const { storage, dataRetention } = this.args;
    return new PersistentVolumeClaim(
      `${this.name}-claim`,
      {
        metadata: notAwaited,
        spec: {
          accessModes: ["ReadWriteOnce"],
          storageClassName: nfsServerClassName,
          resources: { requests: { storage } },
        },
      },
      { ...this.child(), protect: dataRetention === "retain" },
    );
  }

  private createPolicy(): NetworkPolicy {
    return new NetworkPolicy(
      `${this.name}-policy`,
      {
        metadata,
        spec: {
          podSelector: {},
          policyTypes: ["Ingress", "Egress"],
          ingress: pulumi.output(this.args.nodes).apply(ingressFrom),
        },
      },
      this.child(),
    );
  }

  private createService(): Service {
    const spec = { selector: app, ports: [{ name: "nfs", port: nfsPort, targetPort: "nfs" }] };
    return new Service(`${this.name}-service`, { metadata: notAwaited, spec }, this.child());
  }

  private createDeployment(config: string, dependsOn: readonly pulumi.Resource[]): void {
    const { imageRegistry, onError } = this.args;
    new Deployment(
      `${this.name}-deployment`,
      {
        metadata,
        spec: {
          replicas: 1,
          // Two servers on one volume would keep conflicting states.
          strategy: { type: "Recreate" },
          selector: { matchLabels: app },
          template: {
            metadata: { labels, annotations: { "checksum/config": digest(config) } },
            spec: nfsServerPodSpec(imageRegistry),
          },
        },
      },
      { ...this.child(...dependsOn), hooks: { onError: [onError] } },
    );
  }
}

/** Ingress rules for the nodes. Without nodes there is no rule: a rule with an empty list of peers allows all. @param nodes CIDRs */
export function ingressFrom(nodes: readonly string[]) {
  if (nodes.length === 0) return [];
  return [{ from: nodes.map((cidr) => ({ ipBlock: { cidr } })), ports: [{ port: nfsPort, protocol: "TCP" }] }];
}
