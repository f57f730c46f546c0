import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout } from "node:timers/promises";
import { releaseLock, takeLock } from "./lock";
import { cacheRoot } from "./paths";
import { step } from "./progress";

/** Milliseconds between attempts to take a lock. */
const retryMs = 200;

export interface CachedPart {
  /** File-system friendly name of the part, e.g. `kubernetes`. */
  readonly name: string;
  /** Human-readable version, e.g. `1.37.2`. */
  readonly version: string;
  /** Everything else that the result depends on: texts and contents of files. A change rebuilds the part. */
  readonly inputs: readonly (string | Buffer)[];
  /** Fills the folder, which is moved to its final path only if this succeeds. */
  readonly build: (folder: string) => Promise<void>;
}

/** A part's folder in the cache, whether it is built or not. */
export function partFolder(part: CachedPart): string {
  const hash = createHash("sha256");
  part.inputs.forEach((input) => hash.update(input).update("\0"));
  return path.join(cacheRoot, `${part.name}-${part.version}-${hash.digest("hex").slice(0, 12)}`);
}

/**
 * Builds a part once and returns its folder. Later calls, from any clone, reuse it. Concurrent calls, including those of other
 * processes, wait for the one that builds it.
 */
export async function buildOnce(part: CachedPart): Promise<string> {
  const folder = partFolder(part);
  if (fs.existsSync(folder)) return folder;
  const lock = path.join(cacheRoot, "locks", path.basename(folder));
  await take(lock, part);
  try {
    if (!fs.existsSync(folder)) await step(`building ${part.name} ${part.version}`, () => build(part, folder));
  } finally {
    releaseLock(lock);
  }
  return folder;
}

async function take(lock: string, { name, version }: CachedPart): Promise<void> {
  const holder = takeLock(lock);
  if (holder === undefined) return;
  await step(`waiting for process ${holder}, which builds ${name} ${version}`, async () => {
    while (takeLock(lock) !== undefined) await setTimeout(retryMs);
  });
}

async function build(part: CachedPart, folder: string): Promise<void> {
  const unfinished = `${folder}.${process.pid}`;
  removeAbandoned(folder);
  fs.mkdirSync(unfinished, { recursive: true });
  try {
    await part.build(unfinished);
    // Two processes can take over a stale lock at the same moment and build the part in parallel.
    if (!fs.existsSync(folder)) fs.renameSync(unfinished, folder);
  } finally {
    fs.rmSync(unfinished, { recursive: true, force: true });
  }
}

/** Removes unfinished builds of this part whose process was killed. */
function removeAbandoned(folder: string): void {
  if (!fs.existsSync(cacheRoot)) return;
  const prefix = `${path.basename(folder)}.`;
  fs.readdirSync(cacheRoot)
    .filter((name) => name.startsWith(prefix) && !fs.existsSync(`/proc/${name.slice(prefix.length)}`))
    .forEach((name) => fs.rmSync(path.join(cacheRoot, name), { recursive: true, force: true }));
}
