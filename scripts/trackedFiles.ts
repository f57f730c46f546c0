import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

export const projectRoot = path.resolve(__dirname, "..");

/** The regular files that Git tracks, or would add, by their paths in the project. */
export function trackedFiles(): string[] {
  const options = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
  const names = execFileSync("git", options, { cwd: projectRoot, encoding: "utf8" }).split("\0");
  // Not submodules, and not what is deleted and still tracked.
  const isFile = (name: string) => fs.statSync(path.join(projectRoot, name), { throwIfNoEntry: false })?.isFile();
  return names.filter((name) => name !== "" && isFile(name));
}

/** The text of a file of the project. */
export function readProjectFile(name: string): string {
  return fs.readFileSync(path.join(projectRoot, name), "utf8");
}
