import { selectorLabels } from "../kubernetes/labels";
import { podsOf, type Policies, tcp } from "../kubernetes/networkPolicies";

/** Allows clients to connect to the database. @param clients values of the label `app` of the clients' pods */
export function databasePolicies(clients: readonly string[]): Policies {
  return {
    mariadb: {
      podSelector: { matchLabels: selectorLabels("mariadb") },
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ podSelector: podsOf(clients) }], ports: [tcp(3306)] }],
    },
  };
}

/** Egress rule of the database's clients. */
export const toDatabase = { to: [{ podSelector: { matchLabels: selectorLabels("mariadb") } }], ports: [tcp(3306)] };
