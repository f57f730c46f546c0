import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { installPlugins } from "../plugins/install";
import { turnOffAutomaticLog } from "../pulumi/automaticLog";
import { labPaths } from "../support/paths";
import { passphraseFile, pluginsFile } from "./environment";

/** The programs behind the commands of a lab shell. */
export interface CommandPrograms {
  readonly kubectl: string;
  readonly pulumi: string;
}

/** Installs kubectl, pulumi and its plugins in the folder that `lab env` puts on PATH, and creates Pulumi's folders. */
export async function installCommands({ kubectl, pulumi }: CommandPrograms): Promise<void> {
  for (const folder of [labPaths.bin, labPaths.pulumiHome, labPaths.pulumiState]) {
    fs.mkdirSync(folder, { recursive: true });
  }
  turnOffAutomaticLog(labPaths.pulumiHome);
  link(kubectl, "kubectl");
  link(pulumi, "pulumi");
  if (!fs.existsSync(passphraseFile)) {
    fs.writeFileSync(passphraseFile, `${randomBytes(16).toString("hex")}\n`, { mode: 0o600 });
  }
  const plugins = await installPlugins(labPaths.pulumiHome, labPaths.bin);
  fs.writeFileSync(pluginsFile, `${JSON.stringify(plugins)}\n`);
}

/** Installs Helm in the same folder. */
export function installHelm(helm: string): void {
  link(helm, "helm");
}

/** Links a command's name to its program atomically: a command that starts meanwhile finds either the old or the new one. */
function link(program: string, name: string): void {
  const unfinished = path.join(labPaths.bin, `${name}.${process.pid}`);
  fs.symlinkSync(program, unfinished);
  fs.renameSync(unfinished, path.join(labPaths.bin, name));
}
