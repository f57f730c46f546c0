import type { Remedy } from "../diagnostics/remedies";
import type { Workload } from "../diagnostics/workload";
import { configSet } from "../../stacks/config/commands";
import { databaseRemedies } from "../mariadb/workload";
import { moduleRemedy } from "../storage/openebs/nodeModule";

const remedies: readonly Remedy[] = [
  ...databaseRemedies,
  {
    symptom: /tables are of a newer WordPress/,
    instructions: ({ image }) =>
      "no pod was replaced and no table was changed: go back to the previous image, or use a newer one " +
      `(${configSet(image, "NAME")}). An older WordPress needs a database from before the upgrade`,
  },
  {
    symptom: /With this image, WordPress ends with a fatal error/,
    instructions: ({ image }) =>
      "no pod was replaced and no table was changed: update or deactivate that plugin or theme, or go back to the previous image " +
      `(${configSet(image, "NAME")})`,
  },
  moduleRemedy,
];

/** Returns the workload of the site's pods or of a job, with the remedies for its failures. @param app @default the site's pods */
export function siteWorkload<K extends Workload["kind"]>(
  namespace: string,
  kind: K,
  app = "wordpress",
): Workload & { readonly kind: K } {
  return { namespace, kind, app, remedies };
}
