import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../support/paths";
import { bundledPlugins, type StandIn } from "./bundle";
import { installOfficial, isOfficialOnPath, standInMark } from "./official";

/** A plugin that the program needs, and its origin. */
export interface InstalledPlugin {
  /** `nodejs` for the language host, else the package's name. */
  readonly name: string;
  readonly kind: "official" | "stand-in";
}

const resourcePlugins = ["kubernetes", "random", "command"] as const;

/**
 * Installs the plugins that the program needs where the CLI finds them: official ones if available, otherwise stand-ins.
 * Idempotent: installed plugins are updated.
 * @param pulumiHome PULUMI_HOME of the commands that use them
 * @param bin folder for the language host; the one that holds `pulumi`, if the CLI is the lab's
 */
export async function installPlugins(pulumiHome: string, bin: string): Promise<InstalledPlugin[]> {
  const installed: InstalledPlugin[] = [await installLanguageHost(bin)];
  for (const name of resourcePlugins) installed.push(await resourcePlugin(name, pulumiHome, bin));
  return installed;
}

/** Installs the stand-in language host into a folder for PATH, unless PATH has an official one. */
export async function installLanguageHost(bin: string): Promise<InstalledPlugin> {
  const file = path.join(bin, "pulumi-language-nodejs");
  if (isOfficialOnPath("pulumi-language-nodejs", bin)) {
    fs.rmSync(file, { force: true });
    return { name: "nodejs", kind: "official" };
  }
  await writeStartScript(file, "languageHost");
  unlinkPulumi(path.join(bin, "pulumi"));
  return { name: "nodejs", kind: "stand-in" };
}

/**
 * Replaces a symbolic link to the CLI with its target. At every command, the CLI warns of a language host on PATH that is not in the
 * folder of its own executable.
 */
function unlinkPulumi(file: string): void {
  if (!fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  const unfinished = `${file}.${process.pid}`;
  try {
    fs.linkSync(fs.realpathSync(file), unfinished);
  } catch {
    // The target is on another file system, or on one without hard links.
    fs.copyFileSync(file, unfinished);
  }
  fs.renameSync(unfinished, file);
}

async function resourcePlugin(
  name: (typeof resourcePlugins)[number],
  pulumiHome: string,
  bin: string,
): Promise<InstalledPlugin> {
  const version = pluginVersion(name);
  const folder = path.join(pulumiHome, "plugins", `resource-${name}-v${version}`);
  const file = path.join(folder, `pulumi-resource-${name}`);
  if (
    isOfficialOnPath(`pulumi-resource-${name}`, bin) ||
    (await installOfficial({ name, version, folder, pulumiHome, bin }))
  ) {
    return { name, kind: "official" };
  }
  await writeStartScript(file, name);
  return { name, kind: "stand-in" };
}

/** The plugin version that the installed SDK requires, which package.json pins. */
export function pluginVersion(name: string): string {
  const file = path.join(projectRoot, "node_modules/@pulumi", name, "package.json");
  const { pulumi, version } = JSON.parse(fs.readFileSync(file, "utf8")) as {
    version: string;
    pulumi?: { version?: string };
  };
  return pulumi?.version ?? version;
}

async function writeStartScript(file: string, standIn: StandIn): Promise<void> {
  const program = path.join(await bundledPlugins(), `${standIn}.js`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  // Written atomically: a deployment that starts meanwhile must not read half a file.
  const unfinished = `${file}.${process.pid}`;
  fs.writeFileSync(unfinished, `#!/bin/sh\n${standInMark}\nexec node '${program}' "$@"\n`, { mode: 0o755 });
  fs.renameSync(unfinished, file);
}
