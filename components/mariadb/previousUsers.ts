import type { local } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../kubectl/clusterAccess";
import { kubectlCommand } from "../kubectl/scriptResource";
import type { MariaDb } from "./mariaDb";

/** Drops the previous database users once no pod uses them. @param dependsOn the database's clients */
export function previousUsersCommand(
  { cluster, namespace, database }: { cluster: ClusterAccess; namespace: string; database: MariaDb },
  dependsOn: readonly pulumi.Resource[],
): local.Command {
  const request = { namespace, user: database.user, checksum: database.checksum };
  return kubectlCommand(
    "former-users",
    { cluster, onChange: "drop-previous-users", request },
    { dependsOn: [database, ...dependsOn] },
  );
}
