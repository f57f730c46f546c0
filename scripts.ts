import { createRequire } from "node:module";
import type { ScriptName } from "./components/cluster/kubectlCommand";

/**
 * The module of each script that a `local.Command` runs: `node --require tsx/cjs scripts.ts NAME`. A module runs when it is
 * loaded, and only the requested one is. The names are an API: they are in the state of every stack, no other path is.
 */
export const scripts: Readonly<Record<ScriptName, string>> = {
  preflight: "./components/cluster/preflightCommand",
  "keep-preflight-record": "./components/cluster/preflightRecordCommand",
  "guard-destroy": "./components/cluster/destroyGuardCommand",
  "prepare-database-user": "./components/database/databaseUserCommand",
  "drop-previous-users": "./components/database/formerUsersCommand",
  "migrate-content": "./components/site/migrationCommand",
  "grow-claims": "./components/storage/claimGrowthCommand",
  "delete-claims": "./components/storage/volumeReleaseCommand",
  "wait-for-huge-pages": "./components/storage/hugePagesCommand",
  "clean-up-openebs": "./components/storage/leftoversCommand",
};

if (require.main === module) {
  const name = process.argv[2] ?? "";
  const script = Object.entries(scripts).find(([candidate]) => candidate === name)?.[1];
  if (script === undefined) {
    process.stdout.write(`"${name}" is not a script of this program; allowed: ${Object.keys(scripts).join(", ")}\n`);
    process.exitCode = 2;
  } else createRequire(__filename)(script);
}
