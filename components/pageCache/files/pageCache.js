import crypto from "crypto";
import fs from "fs";

const folder = "/var/cache/nginx";
/** One folder per generation, named by a whole number. Creating the next folder is atomic, which is how a purge begins. */
const generations = `${folder}/words`;
/** A symlink to the current generation. nginx resolves it for each request, which is cheaper than a call of this script. */
const link = `${folder}/word`;

/** Number of previous generations that stay known. Each purge adds one, even if no visitor requests a page in between. */
const maxGenerations = 32;
/** Milliseconds after which a purge is considered dead. Warming the front page takes four seconds at most (pageCache.conf). */
const purgeTimeoutMs = 6000;
/** Milliseconds between two polls of a request that waits for a purge: the pause doubles from the first number to the second. */
const pollMs = [20, 200];
/**
 * Milliseconds in which the cluster's name servers may not list a new pod yet, and a little more. During these, no purge reaches the
 * pod.
 */
const unlistedMs = 65000;
/** Seconds for which a page is cached. */
const seconds = Number("@SECONDS@");

/** The newest previous generation in which the page is cached, for when WordPress is unavailable; "none" if there is none. */
function staleGeneration(r) {
  const page = r.variables.page;
  const current = currentGeneration();
  for (let number = current - 1; number >= Math.max(0, current - maxGenerations); number--) {
    if (isCached(`${pathOf(number)} ${page}`)) return pathOf(number);
  }
  return "none";
}

/** Whether nginx has a file for a cache key, at the path that `levels` in pageCache.conf gives it. */
function isCached(key) {
  const name = crypto.createHash("md5").update(key).digest("hex");
  return exists(`${folder}/pages/${name.slice(-1)}/${name.slice(-3, -1)}/${name}`);
}

/** Invalidates all pages. */
async function purge(r) {
  await beginNextGeneration(() => undefined);
  r.return(204);
}

/**
 * Warms the front page, then invalidates all pages: until then visitors get the previous pages, and none of them waits. The purging
 * request waits instead, so that all pages are new when it gets its answer.
 */
async function purgeAndWarmFrontPage(r) {
  await beginNextGeneration((generation) => {
    r.variables.next_generation = generation;
    return r.subrequest("/front-page", { method: "HEAD" });
  });
  r.return(204);
}

/** Purges in a pod's first minute, unless pages expire within that time anyway. */
async function purgeInFirstMinute() {
  const startedAt = fs.statSync("/tmp/nginx.pid").mtimeMs;
  if (seconds * 1000 > unlistedMs && Date.now() - startedAt < unlistedMs) await beginNextGeneration(() => undefined);
}

/**
 * Returns when a generation is current that began after this call; an older one may have pages without the caller's change. One purge
 * runs at a time, across all nginx processes. All calls that arrive during it share the next one.
 */
async function beginNextGeneration(prepare) {
  const needed = newestGeneration() + 1;
  const end = Date.now() + 3 * purgeTimeoutMs;
  for (let pauseMs = pollMs[0]; currentGeneration() < needed; pauseMs = Math.min(2 * pauseMs, pollMs[1])) {
    if (Date.now() > end)
      throw new Error(`No generation could be begun in ${generations} within ${3 * purgeTimeoutMs} ms`);
    const newest = newestGeneration();
    const isPurging = newest > currentGeneration() && ageMs(newest) < purgeTimeoutMs;
    if (isPurging || !create(newest + 1)) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      continue;
    }
    try {
      await prepare(pathOf(newest + 1));
    } catch (error) {
      // The front page could not be warmed: the next visitor's request renders it.
    }
    activate(newest + 1);
  }
}

/** Creates a generation's folder. @returns false if another process was faster */
function create(number) {
  try {
    fs.mkdirSync(pathOf(number));
    return true;
  } catch (error) {
    return false;
  }
}

/** Makes a generation current, unless its purge was considered dead and a newer one has begun. Deletes old generations. */
function activate(number) {
  if (exists(pathOf(number + 1))) return;
  const part = `${folder}/word.${number}`;
  fs.symlinkSync(pathOf(number), part);
  fs.renameSync(part, link);
  fs.readdirSync(generations).forEach((name) => {
    if (Number(name) < number - maxGenerations) fs.rmdirSync(`${generations}/${name}`);
  });
}

/** Number of the current generation. */
function currentGeneration() {
  return Number(fs.realpathSync(link).split("/").pop());
}

/** Number of the newest generation, whose purge may still be running. */
function newestGeneration() {
  let number = currentGeneration();
  while (exists(pathOf(number + 1))) number++;
  return number;
}

function pathOf(number) {
  return `${generations}/${number}`;
}

/** Milliseconds since a generation began. */
function ageMs(number) {
  return Date.now() - fs.statSync(pathOf(number)).mtimeMs;
}

function exists(path) {
  return fs.statSync(path, { throwIfNoEntry: false }) !== undefined;
}

export default { staleGeneration, purge, purgeAndWarmFrontPage, purgeInFirstMinute };
