import type * as pulumi from "@pulumi/pulumi";
import { selectorLabels } from "../kubernetes/labels";
import { fromAnywhere, type nameServerRule, podsOf, type Policies, tcp } from "../kubernetes/networkPolicies";
import { databasePolicies, toDatabase } from "../mariadb/policies";
import { objectCachePolicies, toObjectCache } from "../objectCache/policies";
import { pageCachePods, pageCachePolicies, toPageCache } from "../pageCache/policies";
import { databaseClients } from "./tasks";

/** Where pods may connect to outside of the namespace: ports 80 and 443 anywhere, or any port of these CIDRs. */
export type Egress = "open" | readonly string[];

export interface SitePolicyArgs {
  /** Whether there is a page cache: visitors then connect to its pods alone. */
  readonly pageCache: boolean;
  readonly objectCache: boolean;
  readonly egress: Egress;
  /** To the cluster's name servers. */
  readonly nameServers: pulumi.Input<ReturnType<typeof nameServerRule>>;
}

/** Who may connect to the site and to what it needs, and whom it connects to. */
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
    // Deleted at the end of the `up` that turns the page cache on: until then the Service may lead to these pods.
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
        // To both caches, turned on or not: without the rule, pods that still use one would be cut off as it is turned off.
        toPageCache,
        toObjectCache,
        ...worldRules(egress),
      ],
    },
    ...(pageCache && pageCachePolicies({ clients, egress: [nameServers, toSite] })),
    ...(objectCache && objectCachePolicies(clients)),
  };
}

/** A rule without peers would allow all of the world. */
function worldRules(egress: Egress) {
  if (egress === "open") return [{ ports: [tcp(80), tcp(443)] }];
  return egress.length === 0 ? [] : [{ to: egress.map((cidr) => ({ ipBlock: { cidr } })) }];
}
