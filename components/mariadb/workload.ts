import type { Remedy } from "../diagnostics/remedies";
import type { Workload } from "../diagnostics/workload";
import { configSet } from "../../stacks/config/rules";
import { moduleRemedy } from "../storage/openebs/nodeModule";

/** Of what the server and its clients print. */
export const databaseRemedies: readonly Remedy[] = [
  {
    symptom: /Got error 28 |The table '.*' is full|Disk full/i,
    instructions: () => `the database's volume is full: make it larger: ${configSet("mariadbStorage", "SIZE")}`,
  },
  {
    symptom: /ib_logfile0 was not found|Can't open and lock privilege tables/,
    instructions: ({ storage }) =>
      `the database's first start was cut off, as where its volume is full (${configSet(storage, "SIZE")}), and left half of what it ` +
      "makes. If this site was never up, nothing is on it, and it can begin anew: docs/how-to/recover-an-interrupted-database-start.md",
  },
];

/** The database's server, and what is known of its failures. */
export function databaseWorkload(namespace: string): Workload {
  return {
    ...{ namespace, kind: "StatefulSet", app: "mariadb" },
    keys: { image: "mariadbImage", storage: "mariadbStorage" },
    remedies: [...databaseRemedies, moduleRemedy],
  };
}
