import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { cacheRoot } from "./paths";
import { step } from "./progress";

export interface CachedPart {
  /** File-system friendly name of the part, e.g. `kubernetes`. */
  readonly name: string;
  /** Version that a person recognises, e.g. `1.34.4`. */
  readonly version: string;
  /** Everything else that the result depends on: texts and files' contents. A change builds the part anew. */
  readonly inputs: readonly (string | Buffer)[];
  /** Fills the folder. It is moved to its place only when this ends well. */
  readonly build: (folder: string) => Promise<void>;
}

/** The folder that a part has in the cache, once it is built. */
export function partFolder(part: CachedPart): string {
  const hash = createHash("sha256");
  part.inputs.forEach((input) => hash.update(input).update("\0"));
  return path.join(cacheRoot, `${part.name}-${part.version}-${hash.digest("hex").slice(0, 12)}`);
}

/** Builds a part once and returns its folder; later calls, from any clone, find it there. */
export async function cached(part: CachedPart): Promise<string> {
  const folder = partFolder(part);
  if (fs.existsSync(folder)) return folder;
  await step(`building ${part.name} ${part.version}`, async () => {
    const unfinished = `${folder}.${process.pid}`;
    removeAbandoned(folder);
    fs.mkdirSync(unfinished, { recursive: true });
    try {
      await part.build(unfinished);
      // Another process may have built the same meanwhile.
      if (!fs.existsSync(folder)) fs.renameSync(unfinished, folder);
    } finally {
      fs.rmSync(unfinished, { recursive: true, force: true });
    }
  });
  return folder;
}

/** Removes what builds of this part left whose process was killed. */
function removeAbandoned(folder: string): void {
  if (!fs.existsSync(cacheRoot)) return;
  const prefix = `${path.basename(folder)}.`;
  fs.readdirSync(cacheRoot)
    .filter((name) => name.startsWith(prefix) && !fs.existsSync(`/proc/${name.slice(prefix.length)}`))
    .forEach((name) => fs.rmSync(path.join(cacheRoot, name), { recursive: true, force: true }));
}
