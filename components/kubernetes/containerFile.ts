import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Text of a file that a container gets, from a room's folder `files`.
 * @param room the room's folder: its own `__dirname`
 */
export function containerFile(room: string, name: string): string {
  return fs.readFileSync(path.join(room, "files", name), "utf8");
}
