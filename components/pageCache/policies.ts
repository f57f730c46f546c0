import { selectorLabels } from "../kubernetes/labels";
import { fromAnywhere, podsOf, type Policies, tcp } from "../kubernetes/networkPolicies";
import { pageCacheName, pageCachePorts } from "./pageCacheNames";

/** Selects the cache's pods. */
export const pageCachePods = { matchLabels: selectorLabels(pageCacheName) };

export interface PageCachePolicyArgs {
  /** Values of the label `app` of the pods that purge the cache. */
  readonly clients: readonly string[];
  /** Rules that let the cache reach name servers and the site. */
  readonly egress: readonly object[];
}

/** Policies for connections to and from the cache. */
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

/** Egress rule for the cache's clients. */
export const toPageCache = {
  to: [{ podSelector: pageCachePods }],
  ports: [tcp(pageCachePorts.http), tcp(pageCachePorts.control)],
};
