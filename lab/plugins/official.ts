import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { cacheRoot } from "../support/paths";
import { run } from "../support/processes";
import { step } from "../support/progress";

/** Timeout in milliseconds for the download of an official plugin. */
const downloadTimeoutMs = 120_000;

/** Milliseconds until a failed download is retried: a day. */
const noDownloadMs = 24 * 60 * 60_000;

/** The line that distinguishes a stand-in's start script from an official plugin. */
export const standInMark = "# A stand-in for an official plugin of Pulumi's: see lab/plugins/README.md.";

export interface WantedPlugin {
  readonly name: string;
  readonly version: string;
  /** Its folder in the target PULUMI_HOME. */
  readonly folder: string;
  readonly pulumiHome: string;
  /** Folder that may contain `pulumi`; it is searched before PATH. */
  readonly bin: string;
}

/** Whether an official program of this name is on PATH. Ignores the folder `except` and stand-ins. */
export function isOfficialOnPath(name: string, except: string): boolean {
  return (process.env.PATH ?? "")
    .split(path.delimiter)
    .filter((folder) => folder !== "" && path.resolve(folder) !== path.resolve(except))
    .some((folder) => isOfficial(path.join(folder, name)));
}

/**
 * Installs an official plugin in its folder, unless it exists: from the user's PULUMI_HOME, or by a download with the CLI.
 * A failed download is not retried for a day. PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION disables downloads.
 * @returns whether the plugin is installed
 */
export async function installOfficial(plugin: WantedPlugin): Promise<boolean> {
  const program = `pulumi-resource-${plugin.name}`;
  if (isOfficial(path.join(plugin.folder, program))) return true;
  const own = path.join(userHome(), "plugins", path.basename(plugin.folder));
  if (isOfficial(path.join(own, program))) {
    fs.rmSync(plugin.folder, { recursive: true, force: true });
    fs.cpSync(own, plugin.folder, { recursive: true });
    return true;
  }
  return downloaded(plugin);
}

async function downloaded({ name, version, folder, pulumiHome, bin }: WantedPlugin): Promise<boolean> {
  const refused = path.join(cacheRoot, "no-official-plugins");
  if (/^(1|true)$/i.test(process.env.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION ?? "")) return false;
  if (isYoung(refused)) return false;
  // The CLI does not download a plugin whose folder exists, and treats every folder next to it as a plugin.
  const standIn = path.join(pulumiHome, `stand-in-${name}`);
  if (fs.existsSync(folder)) fs.renameSync(folder, standIn);
  const isThere = await step(`downloading the official plugin ${name} ${version}`, async () =>
    run("pulumi", ["plugin", "install", "resource", name, version], {
      env: { PULUMI_HOME: pulumiHome, PATH: [bin, process.env.PATH].join(path.delimiter) },
      timeoutMs: downloadTimeoutMs,
    }).then(
      () => true,
      () => false,
    ),
  );
  if (isThere) {
    fs.rmSync(standIn, { recursive: true, force: true });
    return true;
  }
  if (fs.existsSync(standIn)) fs.renameSync(standIn, folder);
  fs.mkdirSync(cacheRoot, { recursive: true });
  fs.writeFileSync(refused, `The official plugin ${name} ${version} could not be downloaded.\n`);
  process.stderr.write(`    the download failed; the lab's stand-in is used instead\n`);
  return false;
}

/** The PULUMI_HOME of the user's own commands. */
function userHome(): string {
  return process.env.PULUMI_HOME ?? path.join(os.homedir(), ".pulumi");
}

function isYoung(file: string): boolean {
  const written = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  return written !== undefined && Date.now() - written < noDownloadMs;
}

/** Whether the file is a program, and not a stand-in's start script. */
function isOfficial(file: string): boolean {
  if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) return false;
  const head = Buffer.alloc(512);
  const descriptor = fs.openSync(file, "r");
  try {
    fs.readSync(descriptor, head);
  } finally {
    fs.closeSync(descriptor);
  }
  return !head.includes(standInMark);
}
