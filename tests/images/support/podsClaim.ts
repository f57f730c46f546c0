import * as fs from "node:fs";
import * as path from "node:path";

/** Fills an empty claim like the claim of one pod. @param files texts by path in wp-content @param seconds their modification time */
export function fillPodsClaim(claim: string, files: Readonly<Record<string, string>>, seconds: number): string {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(claim, "wp-content", name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
    fs.utimesSync(file, seconds, seconds);
  }
  return claim;
}
