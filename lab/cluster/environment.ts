import * as fs from "node:fs";
import * as path from "node:path";
import type { InstalledPlugin } from "../plugins/install";
import { labPaths, stateRoot } from "../support/paths";
import { UserError } from "../support/progress";

/** File with the passphrase of the lab's stacks. */
export const passphraseFile = path.join(stateRoot, "passphrase");

/** File that records which plugins are official and which are stand-ins. */
export const pluginsFile = path.join(stateRoot, "plugins.json");

/** Variables of the user's shell that would direct commands to another stack than the lab's. */
const foreignVariables = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_STACK"] as const;

/** Unsets them in the environment of a child process. */
export const unsetForeignVariables: NodeJS.ProcessEnv = Object.fromEntries(
  foreignVariables.map((name) => [name, undefined]),
);

/**
 * Variables with which plain `pulumi` and `kubectl` work on the lab; PATH is that of this process, with the lab's commands first.
 * @throws UserError if no lab exists
 */
export function labEnvironment(): Record<string, string> {
  return { ...labVariables(readPlugins()), PATH: [labPaths.bin, process.env.PATH].join(path.delimiter) };
}

/**
 * Text for a shell's `eval` with the same effect.
 * @throws UserError if no lab exists
 */
export function shellExports(): string {
  // Not the PATH of this process, to which npm has added folders.
  return exportLines(labVariables(readPlugins()), labPaths.bin);
}

/**
 * Lines for a POSIX shell that set variables, unset those of other tools, and prepend a folder to PATH unless PATH has it.
 * @param bin the folder. @default PATH stays
 */
export function exportLines(variables: Readonly<Record<string, string>>, bin?: string): string {
  const exports = Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`);
  const path =
    bin === undefined ? [] : [`case ":$PATH:" in *:${quoted(bin)}:*) ;; *) export PATH=${quoted(bin)}:"$PATH" ;; esac`];
  return [`unset ${foreignVariables.join(" ")}`, ...exports, ...path, ""].join("\n");
}

/** Lines for PowerShell that set variables and unset those of other tools. */
export function powerShellLines(variables: Readonly<Record<string, string>>): string {
  const unset = foreignVariables.map((name) => `Remove-Item Env:${name} -ErrorAction SilentlyContinue`);
  const set = Object.entries(variables).map(([name, value]) => `$env:${name} = '${value.replaceAll("'", "''")}'`);
  return [...unset, ...set, ""].join("\n");
}

/** All variables except PATH. */
export function labVariables(plugins: readonly InstalledPlugin[]): Record<string, string> {
  return {
    KUBECONFIG: labPaths.kubeconfig,
    PULUMI_HOME: labPaths.pulumiHome,
    // Without metadata, Pulumi writes no .attrs file. A killed `pulumi up` once left an empty one, which could not be read.
    PULUMI_BACKEND_URL: `file://${labPaths.pulumiState}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...(plugins.some(({ kind }) => kind === "stand-in") ? { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" } : {}),
  };
}

/** The plugins that the lab's `pulumi` uses. @throws UserError if no lab exists */
export function readPlugins(): InstalledPlugin[] {
  if (!fs.existsSync(pluginsFile)) {
    throw new UserError("There is no lab on this machine. Start one: npm run lab -- up");
  }
  return JSON.parse(fs.readFileSync(pluginsFile, "utf8")) as InstalledPlugin[];
}

/** Quotes a word for any POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
