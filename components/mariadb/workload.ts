import type { Remedy } from "../diagnostics/remedies";
import type { Workload } from "../diagnostics/workload";
import { configSet } from "../../stacks/config/commands";
import { moduleRemedy } from "../storage/openebs/nodeModule";

/** Remedies for errors that the server and its clients print. */
export const databaseRemedies: readonly Remedy[] = [
  {
    symptom: /Got error 28 |The table '.*' is full|Disk full/i,
    instructions: () => `the database's volume is full: enlarge it (${configSet("mariadbStorage", "SIZE")})`,
  },
  {
    symptom: /ib_logfile0 was not found|Can't open and lock privilege tables/,
    instructions: ({ storage }) =>
      "the database's first start was interrupted and left incomplete files, for example because its volume is full " +
      `(${configSet(storage, "SIZE")}). If this site never worked, it has no data: delete the files and start again ` +
      "(docs/how-to/recover-an-interrupted-database-start.md)",
  },
];

/** Returns the workload of the database server, with the remedies for its failures. */
export function databaseWorkload(namespace: string): Workload {
  return {
    ...{ namespace, kind: "StatefulSet", app: "mariadb" },
    keys: { image: "mariadbImage", storage: "mariadbStorage" },
    remedies: [...databaseRemedies, moduleRemedy],
  };
}
