import { execFileSync } from "node:child_process";
import * as path from "node:path";

export const projectRoot = path.resolve(__dirname, "..");

/** The files that Git tracks, or would add, by their paths in the project. */
export function trackedFiles(): string[] {
  const options = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
  const names = execFileSync("git", options, { cwd: projectRoot, encoding: "utf8" }).split("\0");
  const deleted = execFileSync("git", ["ls-files", "-z", "--deleted"], { cwd: projectRoot, encoding: "utf8" });
  return names.filter((name) => name !== "" && !deleted.split("\0").includes(name));
}
