import { selectorLabels } from "../kubernetes/labels";
import { podsOf, type Policies, tcp } from "../kubernetes/networkPolicies";

/** Who may connect to the database. @param clients values of the label `app` of the pods that do */
export function databasePolicies(clients: readonly string[]): Policies {
  return {
    mariadb: {
      podSelector: { matchLabels: selectorLabels("mariadb") },
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ podSelector: podsOf(clients) }], ports: [tcp(3306)] }],
    },
  };
}

/** How its clients get there. */
export const toDatabase = { to: [{ podSelector: { matchLabels: selectorLabels("mariadb") } }], ports: [tcp(3306)] };
