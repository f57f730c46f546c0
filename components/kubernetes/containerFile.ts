import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Reads a file for a container from the folder `files` of a room.
 * @param room folder of the room: its `__dirname`
 */
export function containerFile(room: string, name: string): string {
  return fs.readFileSync(path.join(room, "files", name), "utf8");
}
