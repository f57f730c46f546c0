import { createRequire } from "node:module";
import type { ScriptName } from "./components/kubectl/scriptResource";

/**
 * The module of each script that a `local.Command` runs: `node --require tsx/cjs scripts.ts NAME`. A module runs when it is
 * loaded, and only the requested one is. The names are an API: they are in the state of every stack, no other path is.
 */
export const scripts: Readonly<Record<ScriptName, string>> = {
  preflight: "./components/preflight/preflightScript",
  "keep-preflight-record": "./components/preflight/keptResultScript",
  "guard-destroy": "./components/preflight/destroyGuardScript",
  "prepare-database-user": "./components/mariadb/databaseUserScript",
  "drop-previous-users": "./components/mariadb/previousUsersScript",
  "migrate-content": "./components/wordpress/content/migrationScript",
  "grow-claims": "./components/storage/claims/growClaimsScript",
  "delete-claims": "./components/storage/claims/deleteClaimsScript",
  "wait-for-huge-pages": "./components/storage/openebs/hugePagesScript",
  "clean-up-openebs": "./components/storage/openebs/openEbsCleanupScript",
};

if (require.main === module) {
  const name = process.argv[2] ?? "";
  const script = Object.entries(scripts).find(([candidate]) => candidate === name)?.[1];
  if (script === undefined) {
    process.stdout.write(`"${name}" is not a script of this program; allowed: ${Object.keys(scripts).join(", ")}\n`);
    process.exitCode = 2;
  } else createRequire(__filename)(script);
}
