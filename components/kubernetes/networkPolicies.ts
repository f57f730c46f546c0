import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";
import type { PodPort } from "./nameServers";
import { Component } from "./component";
import { stackLabels } from "./labels";

/** Specs of NetworkPolicies, by name. */
export type Policies = Readonly<Record<string, object>>;

export interface NetworkPoliciesArgs {
  readonly namespace: string;
  readonly policies: Policies;
}

/**
 * The connections that the stack's namespace allows. A cluster whose network enforces no policies allows all.
 *
 * Policies are additive, so that a feature has a policy of its own, which is created and deleted with it, and no update
 * narrows a policy. Pulumi creates and updates first and deletes last, and workloads depend on these policies: connections
 * are allowed before the first pod needs them, and until the last pod that uses them has ended.
 */
export class NetworkPolicies extends Component<NetworkPoliciesArgs> {
  constructor(name: string, args: NetworkPoliciesArgs, options?: pulumi.ComponentResourceOptions) {
    super("wordpress:cluster:NetworkPolicies", name, args, options);
    for (const [policy, spec] of Object.entries({ ...defaultDeny, ...args.policies })) {
      new NetworkPolicy(
        `${name}-${policy}`,
        { metadata: { name: policy, namespace: args.namespace, labels: stackLabels }, spec },
        this.child(),
      );
    }
    this.registerOutputs({});
  }
}

/** Denies all pods every connection that no other policy allows. */
export const defaultDeny = { "default-deny": { podSelector: {}, policyTypes: ["Ingress", "Egress"] } };

/** Selector of pods whose label `app` has one of these values. */
export function podsOf(apps: readonly string[]) {
  return { matchExpressions: [{ key: "app", operator: "In", values: [...apps] }] };
}

/** Allows all clients: visitors connect through a NodePort, with a node's address or their own. */
export function fromAnywhere(port: number) {
  return { ports: [tcp(port)] };
}

/** Allows name servers at any address: some clusters run them on the nodes, outside of pods. @param ports ports besides 53 */
export function nameServerRule(ports: readonly PodPort[]) {
  return { ports: [53, ...ports].flatMap((port) => ["UDP", "TCP"].map((protocol) => ({ port, protocol }))) };
}

export function tcp(port: number) {
  return { port, protocol: "TCP" };
}
