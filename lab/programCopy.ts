import * as fs from "node:fs";
import * as path from "node:path";
import { parse, parseDocument } from "yaml";

/** The parts of the program, as a user has them after `git clone`. The stack file is handled apart: Pulumi writes to it. */
const programFolders = ["components", "stacks"];
const programFiles = ["index.ts", "scripts.ts", "package.json", "tsconfig.json", "Pulumi.yaml"];

/**
 * Creates or refreshes a copy of the program for one stack. The copy keeps the content of its stack file: Pulumi's salt,
 * without which the stack's secrets cannot be read again, and the settings that a user made there.
 * @param source folder of the program
 * @param target folder of the copy
 * @param folders whether the program's folders are copied or linked. tsx caches compiled files by their path: copies at a new
 *   path cost the first `pulumi up` two seconds of a processor, links cost them once.
 */
export function copyProgram(
  source: string,
  target: string,
  stack: string,
  folders: "copied" | "linked" = "copied",
): void {
  const linked = ["node_modules", ...(folders === "linked" ? programFolders : [])];
  fs.mkdirSync(target, { recursive: true });
  for (const file of [...programFolders, ...programFiles, "node_modules"]) {
    const [from, to] = [path.join(source, file), path.join(target, file)];
    // A file that the program no longer has must not stay.
    fs.rmSync(to, { recursive: true, force: true });
    // On Windows every user may create a junction. Elsewhere the type is ignored.
    if (linked.includes(file)) fs.symlinkSync(from, to, "junction");
    else fs.cpSync(from, to, { recursive: true, filter: (name) => !name.endsWith(".spec.ts") });
  }
  const project = (parse(fs.readFileSync(path.join(source, "Pulumi.yaml"), "utf8")) as { name: string }).name;
  copyStackFile(project, path.join(source, `Pulumi.${stack}.yaml`), path.join(target, `Pulumi.${stack}.yaml`));
}

function copyStackFile(project: string, source: string, target: string): void {
  const fresh = fs.readFileSync(source, "utf8");
  const text = fs.existsSync(target) ? mergeStackFiles(project, fresh, fs.readFileSync(target, "utf8")) : fresh;
  // Written aside and moved: half a file would have lost the salt.
  const unfinished = `${target}.${process.pid}`;
  fs.writeFileSync(unfinished, text);
  fs.renameSync(unfinished, target);
}

/**
 * Adds to a stack file in use the settings that only the fresh one has. The first `pulumi config set` prefixes each key with the
 * project's name, so that `content` and `wordpress:content` are one key.
 */
export function mergeStackFiles(project: string, fresh: string, used: string): string {
  const merged = parseDocument(used);
  const { config: present } = (merged.toJS() ?? {}) as { config?: Record<string, unknown> };
  const names = Object.keys(present ?? {}).map((key) => fullKey(project, key));
  const { config = {} } = (parseDocument(fresh).toJS() ?? {}) as { config?: Record<string, unknown> };
  for (const [key, value] of Object.entries(config)) {
    if (!names.includes(fullKey(project, key))) merged.setIn(["config", key], merged.createNode(value));
  }
  return merged.toString();
}

/** A key as the program reads it: with the name of the project, if it has no other prefix. */
export function fullKey(project: string, key: string): string {
  return key.includes(":") ? key : `${project}:${key}`;
}
