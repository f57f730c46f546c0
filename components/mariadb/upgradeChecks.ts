import { configSet } from "../../stacks/config/commands";
import type { DatabaseFiles } from "./databaseFiles";
import { compareSeries, seriesOf } from "./series";

/** Whether another series of MariaDB may upgrade the existing files. */
export type DatabaseUpgrade = "none" | "allow";

/** The configured image of the database, and whether it may upgrade the existing files. */
export interface RequestedDatabase {
  readonly image: string;
  readonly upgrade: DatabaseUpgrade;
}

/** Findings for an image that cannot use the existing files, or would upgrade them without permission. */
export function upgradeFindings({ image, upgrade }: RequestedDatabase, files: DatabaseFiles): string[] {
  const { series: used, isUnknown = false } = files;
  if (files.image === image || (used === undefined && !isUnknown)) return [];
  const wanted = seriesOf(image);
  const allow = configSet("mariadbUpgrade", "allow");
  const keep = `Keep: ${configSet("mariadbImage", keptImage(files))}`;
  if (wanted === undefined || used === undefined) {
    if (upgrade === "allow") return [];
    const reason =
      wanted === undefined
        ? `"${image}" names no series, such as 10.11`
        : "the series that made the database's files is unknown";
    return [`mariadbImage: ${reason}, so it might upgrade the files. ${keep}. Allow an upgrade: ${allow}`];
  }
  const order = compareSeries(wanted, used);
  if (order === 0 || (order > 0 && upgrade === "allow")) return [];
  if (order > 0) {
    return [
      `mariadbImage: MariaDB ${wanted} would upgrade the files of ${used}, and there is no downgrade. ${keep}. ` +
        `Upgrade: make a dump (docs/how-to/update-mariadb.md), then ${allow}`,
    ];
  }
  return [
    `mariadbImage: MariaDB ${wanted} cannot read the files of ${used}. ${keep}. For an older series, move the site by a dump to a ` +
      "second stack (docs/how-to/move-a-site.md)",
  ];
}

/** The image that goes with the files: the StatefulSet's, unless it is of another series. */
function keptImage({ image, series }: DatabaseFiles): string {
  return image !== undefined && (series === undefined || seriesOf(image) === series) ? image : `mariadb:${series}`;
}
