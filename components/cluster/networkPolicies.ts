import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";
import { dependencies } from "../dependencies";
import { selectorLabels, stackLabels } from "../labels";

/** Where pods may connect to outside of the namespace: ports 80 and 443 anywhere, or any port of these CIDRs. */
export type Egress = "open" | readonly string[];

export interface NetworkPoliciesArgs {
  readonly namespace: string;
  /** Values of the label `app` of the pods that ask the database and the world: those of the site, and some jobs. */
  readonly clients: readonly string[];
  readonly egress: Egress;
}

/** Who may connect to whom in the stack's namespace. Where the cluster's network enforces no policies, everybody may. */
export class NetworkPolicies extends pulumi.ComponentResource {
  constructor(name: string, args: NetworkPoliciesArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("wordpress:cluster:NetworkPolicies", name, {}, options);
    for (const [policy, spec] of Object.entries(networkPolicySpecs(args))) {
      new NetworkPolicy(
        `${name}-${policy}`,
        { metadata: { name: policy, namespace: args.namespace, labels: stackLabels }, spec },
        { parent: this, dependsOn: dependencies(options) },
      );
    }
    this.registerOutputs({});
  }
}

/** The policies by name, as plain objects. */
function networkPolicySpecs({ clients, egress }: Pick<NetworkPoliciesArgs, "clients" | "egress">) {
  const asking = { matchExpressions: [{ key: "app", operator: "In", values: [...clients] }] };
  const database = { matchLabels: selectorLabels("mariadb") };
  const site = { matchLabels: selectorLabels("wordpress") };
  return {
    // Whoever no other policy speaks of, and whatever they do not speak of.
    "default-deny": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    mariadb: {
      podSelector: database,
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ podSelector: asking }], ports: [tcp(3306)] }],
    },
    // A NodePort is for everybody, and what comes by it has the address of a node, or its own.
    wordpress: { podSelector: site, policyTypes: ["Ingress"], ingress: [{ ports: [tcp(80)] }] },
    "wordpress-egress": {
      podSelector: asking,
      policyTypes: ["Egress"],
      egress: [
        // Wherever the cluster has its name servers: some are on the node, under an address of no pod.
        { ports: [{ port: 53, protocol: "UDP" }, tcp(53)] },
        { to: [{ podSelector: database }], ports: [tcp(3306)] },
        // WordPress asks itself.
        { to: [{ podSelector: site }], ports: [tcp(80)] },
        ...worldRules(egress),
      ],
    },
  };
}

/** A rule without peers would be one for all of the world. */
function worldRules(egress: Egress) {
  if (egress === "open") return [{ ports: [tcp(80), tcp(443)] }];
  return egress.length === 0 ? [] : [{ to: egress.map((cidr) => ({ ipBlock: { cidr } })) }];
}

function tcp(port: number) {
  return { port, protocol: "TCP" };
}
