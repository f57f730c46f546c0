import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../../../lab/support/paths";

/** Commands of a section of docs/operations.md, in their order; one that goes on after `&&` at a line's end is one. */
export function documentedCommands(heading: string): string[] {
  const page = fs.readFileSync(path.join(projectRoot, "docs/operations.md"), "utf8");
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`docs/operations.md has no section "${heading}"`);
  const code = section.split("\n").filter((line) => line.startsWith("    "));
  return code
    .map((line) => line.slice(4))
    .join("\n")
    .split(/(?<!&&)\n/);
}
