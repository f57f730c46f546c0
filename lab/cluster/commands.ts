import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { installPlugins } from "../plugins/install";
import { turnOffAutomaticLog } from "../pulumi/automaticLog";
import { labPaths } from "../support/paths";
import { passphraseFile, pluginsFile } from "./environment";

/** The programs behind the commands that a shell of the lab has. */
export interface CommandPrograms {
  readonly kubectl: string;
  readonly pulumi: string;
}

/** Puts kubectl, pulumi and its plugins where `lab env` points to, and makes Pulumi's folders. */
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

/** Puts Helm beside them. */
export function installHelm(helm: string): void {
  link(helm, "helm");
}

/** Links a command's name to its program; a command that starts at this moment finds either the old or the new one. */
function link(program: string, name: string): void {
  const unfinished = path.join(labPaths.bin, `${name}.${process.pid}`);
  fs.symlinkSync(program, unfinished);
  fs.renameSync(unfinished, path.join(labPaths.bin, name));
}
