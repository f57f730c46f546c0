import * as fs from "node:fs";
import { run } from "../support/processes";

/** Mount points at or below a folder, in mount order. */
export function mountsBelow(folder: string): string[] {
  return mountPoints(fs.readFileSync("/proc/self/mountinfo", "utf8")).filter(
    (point) => point === folder || point.startsWith(`${folder}/`),
  );
}

/** The mount points in a text like /proc/self/mountinfo, which escapes blanks and similar characters as octal numbers. */
export function mountPoints(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.split(" ")[4])
    .filter((point) => point !== undefined)
    .map((point) =>
      point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    );
}

/**
 * Unmounts everything at or below a folder. Mounts in use are detached lazily: they disappear from the folder at once.
 * @throws CommandFailed
 */
export async function unmountBelow(folder: string): Promise<void> {
  for (let point = mountsBelow(folder).pop(); point !== undefined; point = mountsBelow(folder).pop()) {
    await run("umount", ["--lazy", point]);
  }
}
