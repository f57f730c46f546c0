import type * as pulumi from "@pulumi/pulumi";
import { selectorLabels } from "../kubernetes/labels";
import { fromAnywhere, type nameServerRule, podsOf, type Policies, tcp } from "../kubernetes/networkPolicies";
import { databasePolicies, toDatabase } from "../mariadb/policies";
import { objectCachePolicies, toObjectCache } from "../objectCache/policies";
import { pageCachePods, pageCachePolicies, toPageCache } from "../pageCache/policies";
import { databaseClients } from "./tasks";

/** Allowed connections to addresses outside of the namespace: ports 80 and 443 of all addresses, or all ports of these CIDRs. */
export type Egress = "open" | readonly string[];

export interface SitePolicyArgs {
  /** Whether there is a page cache. Visitors then connect only to its pods. */
  readonly pageCache: boolean;
  readonly objectCache: boolean;
  readonly egress: Egress;
  /** Egress rule for the cluster's name servers. */
  readonly nameServers: pulumi.Input<ReturnType<typeof nameServerRule>>;
}

/** Network policies of the site, its database, and its caches. */
export function sitePolicies({ pageCache, objectCache, egress, nameServers }: SitePolicyArgs): Policies {
  const clients = databaseClients;
  const clientPods = podsOf(clients);
  const site = { matchLabels: selectorLabels("wordpress") };
  const toSite = { to: [{ podSelector: site }], ports: [tcp(80)] };
  return {
    ...databasePolicies(clients),
    "wordpress-from-stack": {
      podSelector: site,
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ podSelector: pageCachePods }, { podSelector: clientPods }], ports: [tcp(80)] }],
    },
    // Deleted at the end of the `up` that enables the page cache: until then the Service may select these pods.
    ...(!pageCache && {
      wordpress: { podSelector: site, policyTypes: ["Ingress"], ingress: [fromAnywhere(80)] },
    }),
    "wordpress-egress": {
      podSelector: clientPods,
      policyTypes: ["Egress"],
      egress: [
        nameServers,
        toDatabase,
        // WordPress sends requests to itself.
        toSite,
        // Both caches, enabled or not: when a cache is disabled, running pods still use it until they are replaced.
        toPageCache,
        toObjectCache,
        ...worldRules(egress),
      ],
    },
    ...(pageCache && pageCachePolicies({ clients, egress: [nameServers, toSite] })),
    ...(objectCache && objectCachePolicies(clients)),
  };
}

/** Returns no rule for an empty list: a rule without peers would allow all addresses. */
function worldRules(egress: Egress) {
  if (egress === "open") return [{ ports: [tcp(80), tcp(443)] }];
  return egress.length === 0 ? [] : [{ to: egress.map((cidr) => ({ ipBlock: { cidr } })) }];
}
