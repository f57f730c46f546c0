import { selectorLabels } from "../kubernetes/labels";
import { podsOf, type Policies, tcp } from "../kubernetes/networkPolicies";
import { objectCacheName, objectCachePort } from "./objectCacheNames";

const pods = { matchLabels: selectorLabels(objectCacheName) };

/** Who may connect to the object cache. @param clients values of the label `app` of the pods that do */
export function objectCachePolicies(clients: readonly string[]): Policies {
  return {
    [objectCacheName]: {
      podSelector: pods,
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ podSelector: podsOf(clients) }], ports: [tcp(objectCachePort)] }],
    },
  };
}

/** How its clients get there. */
export const toObjectCache = { to: [{ podSelector: pods }], ports: [tcp(objectCachePort)] };
