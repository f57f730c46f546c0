import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";
import { dependencies } from "../dependencies";
import { selectorLabels, stackLabels } from "../labels";
import { objectCacheName, objectCachePort } from "../site/objectCacheNames";
import { pageCacheName, pageCachePorts } from "../site/pageCacheNames";

/** Where pods may connect to outside of the namespace: ports 80 and 443 anywhere, or any port of these CIDRs. */
export type Egress = "open" | readonly string[];

export interface NetworkPoliciesArgs {
  readonly namespace: string;
  /** Values of the label `app` of the pods that ask the database and the world: those of the site, and some jobs. */
  readonly clients: readonly string[];
  /** Whether there is a page cache: visitors then reach nothing else. */
  readonly pageCache: boolean;
  readonly objectCache: boolean;
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
function networkPolicySpecs({ clients, egress, pageCache, objectCache }: Omit<NetworkPoliciesArgs, "namespace">) {
  const asking = { matchExpressions: [{ key: "app", operator: "In", values: [...clients] }] };
  const database = { matchLabels: selectorLabels("mariadb") };
  const site = { matchLabels: selectorLabels("wordpress") };
  const cache = { matchLabels: selectorLabels(pageCacheName) };
  const objects = { matchLabels: selectorLabels(objectCacheName) };
  // A NodePort is for everybody, and what comes by it has the address of a node, or its own.
  const everybody = (port: number) => ({ ports: [tcp(port)] });
  return {
    // Whoever no other policy speaks of, and whatever they do not speak of.
    "default-deny": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    mariadb: {
      podSelector: database,
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ podSelector: asking }], ports: [tcp(3306)] }],
    },
    wordpress: {
      podSelector: site,
      policyTypes: ["Ingress"],
      ingress: pageCache
        ? [{ from: [{ podSelector: cache }, { podSelector: asking }], ports: [tcp(80)] }]
        : [everybody(80)],
    },
    "wordpress-egress": {
      podSelector: asking,
      policyTypes: ["Egress"],
      egress: [
        nameServers,
        { to: [{ podSelector: database }], ports: [tcp(3306)] },
        // WordPress asks itself.
        { to: [{ podSelector: site }], ports: [tcp(80)] },
        ...(pageCache
          ? [{ to: [{ podSelector: cache }], ports: [tcp(pageCachePorts.http), tcp(pageCachePorts.control)] }]
          : []),
        ...(objectCache ? [{ to: [{ podSelector: objects }], ports: [tcp(objectCachePort)] }] : []),
        ...worldRules(egress),
      ],
    },
    ...(pageCache && {
      [pageCacheName]: {
        podSelector: cache,
        policyTypes: ["Ingress", "Egress"],
        ingress: [
          everybody(pageCachePorts.http),
          { from: [{ podSelector: asking }], ports: [tcp(pageCachePorts.control)] },
        ],
        egress: [nameServers, { to: [{ podSelector: site }], ports: [tcp(80)] }],
      },
    }),
    ...(objectCache && {
      [objectCacheName]: {
        podSelector: objects,
        policyTypes: ["Ingress"],
        ingress: [{ from: [{ podSelector: asking }], ports: [tcp(objectCachePort)] }],
      },
    }),
  };
}

/** Wherever the cluster has them: some are on the node, under an address of no pod. */
const nameServers = { ports: [{ port: 53, protocol: "UDP" }, tcp(53)] };

/** A rule without peers would be one for all of the world. */
function worldRules(egress: Egress) {
  if (egress === "open") return [{ ports: [tcp(80), tcp(443)] }];
  return egress.length === 0 ? [] : [{ to: egress.map((cidr) => ({ ipBlock: { cidr } })) }];
}

function tcp(port: number) {
  return { port, protocol: "TCP" };
}
