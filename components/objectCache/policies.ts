import { selectorLabels } from "../kubernetes/labels";
import { podsOf, type Policies, tcp } from "../kubernetes/networkPolicies";
import { objectCacheName, objectCachePort } from "./objectCacheNames";

const pods = { matchLabels: selectorLabels(objectCacheName) };

/** Policy for connections to the object cache. @param clients values of the label `app` of the pods that may connect */
export function objectCachePolicies(clients: readonly string[]): Policies {
  return {
    [objectCacheName]: {
      podSelector: pods,
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ podSelector: podsOf(clients) }], ports: [tcp(objectCachePort)] }],
    },
  };
}

/** Egress rule for the cache's clients. */
export const toObjectCache = { to: [{ podSelector: pods }], ports: [tcp(objectCachePort)] };
