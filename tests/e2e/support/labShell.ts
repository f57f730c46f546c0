import { labEnvironment } from "../../../lab/cluster/environment";

/**
 * Variables that lead to the lab's cluster, CLI and plugins, but not to its stacks: a test has a backend and a passphrase of
 * its own.
 */
export function labShell(): NodeJS.ProcessEnv {
  const ownStacks = ["PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE_FILE"];
  return Object.fromEntries(Object.entries(labEnvironment()).filter(([name]) => !ownStacks.includes(name)));
}
