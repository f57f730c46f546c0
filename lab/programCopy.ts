import * as fs from "node:fs";
import * as path from "node:path";
import { parseDocument } from "yaml";

/** What makes the program, as a user has it after `git clone`. The stack file is apart: Pulumi writes to it. */
const programFolders = ["components", "stacks"];
const programFiles = ["index.ts", "package.json", "tsconfig.json", "Pulumi.yaml"];

/**
 * Makes or refreshes a copy of the program for one stack. What the copy's stack file says stays: Pulumi's salt, without
 * which the stack's secrets cannot be read again, and the settings that somebody made there.
 * @param source folder of the program
 * @param target folder of the copy
 */
export function copyProgram(source: string, target: string, stack: string): void {
  fs.mkdirSync(target, { recursive: true });
  for (const file of [...programFolders, ...programFiles]) {
    // A file that the program has no more must not stay.
    fs.rmSync(path.join(target, file), { recursive: true, force: true });
    fs.cpSync(path.join(source, file), path.join(target, file), { recursive: true });
  }
  link(source, target, "node_modules");
  copyStackFile(path.join(source, `Pulumi.${stack}.yaml`), path.join(target, `Pulumi.${stack}.yaml`));
}

/**
 * Puts links to the program's own folders in the place of a copy's. What tsx has compiled it keeps by the file's path: a copy at
 * a new path costs its first `pulumi up` two seconds of a processor, and those of one folder once.
 */
export function linkProgramFolders(source: string, target: string): void {
  for (const folder of programFolders) link(source, target, folder);
}

function link(source: string, target: string, folder: string): void {
  fs.rmSync(path.join(target, folder), { recursive: true, force: true });
  fs.symlinkSync(path.join(source, folder), path.join(target, folder));
}

function copyStackFile(source: string, target: string): void {
  const fresh = fs.readFileSync(source, "utf8");
  const text = fs.existsSync(target) ? mergedStackFile(fresh, fs.readFileSync(target, "utf8")) : fresh;
  // Written aside and moved: half a file would have lost the salt.
  const unfinished = `${target}.${process.pid}`;
  fs.writeFileSync(unfinished, text);
  fs.renameSync(unfinished, target);
}

/** A stack file in use, with the settings added that only the fresh one has. */
export function mergedStackFile(fresh: string, used: string): string {
  const merged = parseDocument(used);
  const { config = {} } = (parseDocument(fresh).toJS() ?? {}) as { config?: Record<string, unknown> };
  for (const [key, value] of Object.entries(config)) {
    if (!merged.hasIn(["config", key])) merged.setIn(["config", key], merged.createNode(value));
  }
  return merged.toString();
}
