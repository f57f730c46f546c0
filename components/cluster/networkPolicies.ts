import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";
import type { PodPort } from "./nameServers";
import { dependencies } from "../dependencies";
import { selectorLabels, stackLabels } from "../labels";
import { objectCacheName, objectCachePort } from "../site/objectCacheNames";
import { pageCacheName, pageCachePorts } from "../site/pageCacheNames";

/** Where pods may connect to outside of the namespace: ports 80 and 443 anywhere, or any port of these CIDRs. */
export type Egress = "open" | readonly string[];

export interface NetworkPoliciesArgs {
  readonly namespace: string;
  /** Values of the label `app` of the pods that connect to the database and the world: the site's, and those of some jobs. */
  readonly clients: readonly string[];
  /** Whether there is a page cache: visitors then connect to its pods alone. */
  readonly pageCache: boolean;
  readonly objectCache: boolean;
  readonly egress: Egress;
  /** Ports of the cluster's name servers besides 53. */
  readonly nameServerPorts: pulumi.Input<readonly PodPort[]>;
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
    const nameServers = pulumi.output(args.nameServerPorts).apply(nameServerRule);
    for (const [policy, spec] of Object.entries(networkPolicySpecs({ ...args, nameServers }))) {
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
export function networkPolicySpecs({
  clients,
  egress,
  pageCache,
  objectCache,
  nameServers,
}: Omit<NetworkPoliciesArgs, "namespace" | "nameServerPorts"> & {
  readonly nameServers: pulumi.Input<ReturnType<typeof nameServerRule>>;
}) {
  const clientPods = { matchExpressions: [{ key: "app", operator: "In", values: [...clients] }] };
  const database = { matchLabels: selectorLabels("mariadb") };
  const site = { matchLabels: selectorLabels("wordpress") };
  const cache = { matchLabels: selectorLabels(pageCacheName) };
  const objects = { matchLabels: selectorLabels(objectCacheName) };
  return {
    // All pods, and every connection that no other policy allows.
    "default-deny": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    mariadb: {
      podSelector: database,
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ podSelector: clientPods }], ports: [tcp(3306)] }],
    },
    "wordpress-from-stack": {
      podSelector: site,
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ podSelector: cache }, { podSelector: clientPods }], ports: [tcp(80)] }],
    },
    // Deleted at the end of the `up` that turns the page cache on: until then the Service may lead to these pods.
    ...(!pageCache && {
      wordpress: { podSelector: site, policyTypes: ["Ingress"], ingress: [fromAnywhere(80)] },
    }),
    "wordpress-egress": {
      podSelector: clientPods,
      policyTypes: ["Egress"],
      egress: [
        nameServers,
        { to: [{ podSelector: database }], ports: [tcp(3306)] },
        // WordPress sends requests to itself.
        { to: [{ podSelector: site }], ports: [tcp(80)] },
        // To both caches, turned on or not: without the rule, pods that still use one would be cut off as it is turned off.
        { to: [{ podSelector: cache }], ports: [tcp(pageCachePorts.http), tcp(pageCachePorts.control)] },
        { to: [{ podSelector: objects }], ports: [tcp(objectCachePort)] },
        ...worldRules(egress),
      ],
    },
    ...(pageCache && {
      [pageCacheName]: {
        podSelector: cache,
        policyTypes: ["Ingress", "Egress"],
        ingress: [
          fromAnywhere(pageCachePorts.http),
          { from: [{ podSelector: clientPods }], ports: [tcp(pageCachePorts.control)] },
        ],
        egress: [nameServers, { to: [{ podSelector: site }], ports: [tcp(80)] }],
      },
    }),
    ...(objectCache && {
      [objectCacheName]: {
        podSelector: objects,
        policyTypes: ["Ingress"],
        ingress: [{ from: [{ podSelector: clientPods }], ports: [tcp(objectCachePort)] }],
      },
    }),
  };
}

/** Visitors come by a NodePort, with the address of a node or their own. */
function fromAnywhere(port: number) {
  return { ports: [tcp(port)] };
}

/** Name servers of every address: some clusters have them on the nodes, where they are no pods. @param ports besides 53 */
export function nameServerRule(ports: readonly PodPort[]) {
  return { ports: [53, ...ports].flatMap((port) => ["UDP", "TCP"].map((protocol) => ({ port, protocol }))) };
}

/** A rule without peers would allow all of the world. */
function worldRules(egress: Egress) {
  if (egress === "open") return [{ ports: [tcp(80), tcp(443)] }];
  return egress.length === 0 ? [] : [{ to: egress.map((cidr) => ({ ipBlock: { cidr } })) }];
}

function tcp(port: number) {
  return { port, protocol: "TCP" };
}
