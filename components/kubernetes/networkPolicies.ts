import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";
import type { PodPort } from "./nameServers";
import { dependencies } from "./dependencies";
import { stackLabels } from "./labels";

/** Specs of NetworkPolicies, by the objects' names. */
export type Policies = Readonly<Record<string, object>>;

export interface NetworkPoliciesArgs {
  readonly namespace: string;
  readonly policies: Policies;
}

/**
 * Which connections the stack's namespace allows. A cluster whose network enforces no policies allows all.
 *
 * Policies add up, so whatever is turned on or off is one that is created or deleted, never one that is narrowed by an update: Pulumi
 * creates and updates first and deletes last, and workloads depend on these policies. So connections are allowed before the first pod
 * needs them, and until no pod uses them any more.
 */
export class NetworkPolicies extends pulumi.ComponentResource {
  constructor(name: string, args: NetworkPoliciesArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("wordpress:cluster:NetworkPolicies", name, {}, options);
    for (const [policy, spec] of Object.entries({ ...defaultDeny, ...args.policies })) {
      new NetworkPolicy(
        `${name}-${policy}`,
        { metadata: { name: policy, namespace: args.namespace, labels: stackLabels }, spec },
        { parent: this, dependsOn: dependencies(options) },
      );
    }
    this.registerOutputs({});
  }
}

/** All pods, and every connection that no other policy allows. */
export const defaultDeny = { "default-deny": { podSelector: {}, policyTypes: ["Ingress", "Egress"] } };

/** Pods whose label `app` has one of these values. */
export function podsOf(apps: readonly string[]) {
  return { matchExpressions: [{ key: "app", operator: "In", values: [...apps] }] };
}

/** Visitors come by a NodePort, with the address of a node or their own. */
export function fromAnywhere(port: number) {
  return { ports: [tcp(port)] };
}

/** Name servers of every address: some clusters have them on the nodes, where they are no pods. @param ports besides 53 */
export function nameServerRule(ports: readonly PodPort[]) {
  return { ports: [53, ...ports].flatMap((port) => ["UDP", "TCP"].map((protocol) => ({ port, protocol }))) };
}

export function tcp(port: number) {
  return { port, protocol: "TCP" };
}
