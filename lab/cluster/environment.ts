import * as fs from "node:fs";
import * as path from "node:path";
import type { InstalledPlugin } from "../plugins/install";
import { labPaths, stateRoot } from "../support/paths";
import { UserError } from "../support/progress";

/** File with the passphrase of the lab's stacks. */
export const passphraseFile = path.join(stateRoot, "passphrase");

/** File that says which plugins are official ones and which stand-ins. */
export const pluginsFile = path.join(stateRoot, "plugins.json");

/** Variables that a shell may have from elsewhere, which would take the commands away from the lab's stack. */
export const foreignVariables = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_STACK"] as const;

/**
 * Variables with which plain `pulumi` and `kubectl` work on the lab; PATH is this process's, with the lab's commands first.
 * @throws UserError when there is no lab
 */
export function labEnvironment(): Record<string, string> {
  return { ...labVariables(readPlugins()), PATH: [labPaths.bin, process.env.PATH].join(path.delimiter) };
}

/**
 * Text for a shell's `eval` that has the same effect.
 * @throws UserError when there is no lab
 */
export function shellExports(): string {
  // Not the PATH of this process: npm put folders of its own into that.
  return exportLines(labVariables(readPlugins()), labPaths.bin);
}

/** Lines for a POSIX shell that set variables, unset foreign ones, and put a folder first on PATH unless it is on it. */
export function exportLines(variables: Readonly<Record<string, string>>, bin: string): string {
  const exports = Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`);
  const path = `case ":$PATH:" in *:${quoted(bin)}:*) ;; *) export PATH=${quoted(bin)}:"$PATH" ;; esac`;
  return [`unset ${foreignVariables.join(" ")}`, ...exports, path, ""].join("\n");
}

/** The variables besides PATH. */
export function labVariables(plugins: readonly InstalledPlugin[]): Record<string, string> {
  return {
    KUBECONFIG: labPaths.kubeconfig,
    PULUMI_HOME: labPaths.pulumiHome,
    // Without metadata there is no .attrs file, which a killed `pulumi up` once left empty and unreadable.
    PULUMI_BACKEND_URL: `file://${labPaths.pulumiState}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...(plugins.some(({ kind }) => kind === "stand-in") ? { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" } : {}),
  };
}

/** The plugins that the lab's `pulumi` uses. @throws UserError when there is no lab */
export function readPlugins(): InstalledPlugin[] {
  if (!fs.existsSync(pluginsFile)) {
    throw new UserError("There is no lab on this machine. Start one: npm run lab -- up");
  }
  return JSON.parse(fs.readFileSync(pluginsFile, "utf8")) as InstalledPlugin[];
}

/** A word as every POSIX shell reads it back. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
