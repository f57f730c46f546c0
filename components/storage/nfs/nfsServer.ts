import { Deployment } from "@pulumi/kubernetes/apps/v1";
import { ConfigMap, PersistentVolumeClaim, Service } from "@pulumi/kubernetes/core/v1";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";
import { dependencies } from "../../kubernetes/dependencies";
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

/** One NFS server with its volume, reachable only from the nodes. While it is unavailable, clients that access its files wait. */
export class NfsServer extends pulumi.ComponentResource {
  constructor(name: string, args: NfsServerArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("wordpress:nfs:NfsServer", name, {}, options);
    const child = { parent: this, dependsOn: dependencies(options) };
    const labels = { ...app, "app.kubernetes.io/name": nfsServerName, ...stackLabels };
    const metadata = { name: nfsServerName, namespace: nfsName, labels };
    const skipAwait = { "pulumi.com/skipAwait": "true" };
    const config = ganeshaConfig();

    const configMap = new ConfigMap(`${name}-config`, { metadata, data: { "ganesha.conf": config } }, child);
    const claim = new PersistentVolumeClaim(
      `${name}-claim`,
      {
        // The Deployment waits for the volume.
        metadata: { ...metadata, annotations: skipAwait },
        spec: {
          accessModes: ["ReadWriteOnce"],
          storageClassName: nfsServerClassName,
          resources: { requests: { storage: args.storage } },
        },
      },
      { ...child, protect: args.dataRetention === "retain" },
    );
    const policy = new NetworkPolicy(
      `${name}-policy`,
      {
        metadata,
        spec: {
          podSelector: {},
          policyTypes: ["Ingress", "Egress"],
          ingress: pulumi.output(args.nodes).apply(ingressFrom),
        },
      },
      child,
    );
    const service = new Service(
      `${name}-service`,
      {
        metadata: { ...metadata, annotations: skipAwait },
        spec: { selector: app, ports: [{ name: "nfs", port: nfsPort, targetPort: "nfs" }] },
      },
      child,
    );
    new Deployment(
      `${name}-deployment`,
      {
        metadata,
        spec: {
          replicas: 1,
          // Two servers on one volume would keep conflicting states.
          strategy: { type: "Recreate" },
          selector: { matchLabels: app },
          template: {
            metadata: { labels, annotations: { "checksum/config": digest(config) } },
            spec: nfsServerPodSpec(args.imageRegistry),
          },
        },
      },
      {
        parent: this,
        dependsOn: dependencies(options, configMap, claim, policy, service),
        hooks: { onError: [args.onError] },
      },
    );
    this.registerOutputs({});
  }
}

/** Ingress rules for the nodes. Without nodes there is no rule: a rule with an empty list of peers allows all. @param nodes CIDRs */
export function ingressFrom(nodes: readonly string[]) {
  if (nodes.length === 0) return [];
  return [{ from: nodes.map((cidr) => ({ ipBlock: { cidr } })), ports: [{ port: nfsPort, protocol: "TCP" }] }];
}
