import { selectorLabels } from "../kubernetes/labels";
import { fromAnywhere, podsOf, type Policies, tcp } from "../kubernetes/networkPolicies";
import { pageCacheName, pageCachePorts } from "./pageCacheNames";

/** The cache's pods. */
export const pageCachePods = { matchLabels: selectorLabels(pageCacheName) };

export interface PageCachePolicyArgs {
  /** Values of the label `app` of the pods that tell it what changed. */
  readonly clients: readonly string[];
  /** Rules by which the cache reaches name servers and the site. */
  readonly egress: readonly object[];
}

/** Who may connect to the cache, and whom it connects to. */
export function pageCachePolicies({ clients, egress }: PageCachePolicyArgs): Policies {
  return {
    [pageCacheName]: {
      podSelector: pageCachePods,
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        fromAnywhere(pageCachePorts.http),
        { from: [{ podSelector: podsOf(clients) }], ports: [tcp(pageCachePorts.control)] },
      ],
      egress,
    },
  };
}

/** How its clients get there. */
export const toPageCache = {
  to: [{ podSelector: pageCachePods }],
  ports: [tcp(pageCachePorts.http), tcp(pageCachePorts.control)],
};
