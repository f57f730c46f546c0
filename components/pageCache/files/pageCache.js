import crypto from "crypto";
import fs from "fs";

const folder = "/var/cache/nginx";
/** The generations, a folder each: their names are whole numbers, and each next one is begun by making its folder, which is atomic. */
const generations = `${folder}/words`;
/** Leads to the generation that serves. nginx follows it at each request: to call this file there would cost more than the page. */
const link = `${folder}/word`;

/** How many previous generations are known: changes that follow each other while no visitor requests a page. */
const known = 32;
/** Milliseconds after which a renewal is taken for dead. The front page takes four seconds at most (pageCache.conf). */
const longestMs = 6000;
/** Milliseconds between two polls of a request that waits for a renewal: the longer it waits, up to the second number. */
const pollMs = [20, 200];
/** Milliseconds in which the cluster's name servers may not list a new pod yet, and a little more: no change reaches it. */
const unlistedMs = 65000;
/** Seconds for which a page is kept. */
const seconds = Number("@SECONDS@");

/** The generation that has the newest page from before the last change, for when WordPress is unavailable. */
function wordBefore(r) {
  const page = r.variables.page;
  const current = serving();
  for (let number = current - 1; number >= Math.max(0, current - known); number--) {
    if (isKept(`${pathOf(number)} ${page}`)) return pathOf(number);
  }
  return "none";
}

/** Whether nginx has a file for a key, where it puts it. */
function isKept(key) {
  const name = crypto.createHash("md5").update(key).digest("hex");
  return exists(`${folder}/pages/${name.slice(-1)}/${name.slice(-3, -1)}/${name}`);
}

/** Invalidates all pages. */
async function renew(r) {
  await renewal(() => undefined);
  r.return(204);
}

/**
 * Invalidates all pages, with the new front page made first: until then the previous one is served, and no visitor waits. The request
 * that tells of the change does, so that all is new when it has its answer.
 */
async function renewFromFrontPage(r) {
  await renewal((next) => {
    r.variables.next_word = next;
    return r.subrequest("/front-page", { method: "HEAD" });
  });
  r.return(204);
}

/** Invalidates all pages in the first minute of a pod. Shorter-lived ones are new by then without it. */
async function renewInFirstMinute() {
  const startedAt = fs.statSync("/tmp/nginx.pid").mtimeMs;
  if (seconds * 1000 > unlistedMs && Date.now() - startedAt < unlistedMs) await renewal(() => undefined);
}

/**
 * Ends when a generation serves that was begun after this call: an older one may have pages without the caller's change. One renewal
 * runs at a time, in all of nginx's processes, and all calls that come meanwhile share the next one.
 */
async function renewal(prepare) {
  const needed = newest() + 1;
  const end = Date.now() + 3 * longestMs;
  for (let pauseMs = pollMs[0]; serving() < needed; pauseMs = Math.min(2 * pauseMs, pollMs[1])) {
    if (Date.now() > end) throw new Error(`No generation could be begun in ${generations} within ${3 * longestMs} ms`);
    const last = newest();
    const isAtWork = last > serving() && ageMs(last) < longestMs;
    if (isAtWork || !begin(last + 1)) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      continue;
    }
    try {
      await prepare(pathOf(last + 1));
    } catch (error) {
      // Visitors make the front page then.
    }
    activate(last + 1);
  }
}

/** Begins a generation. @returns false where another process was faster */
function begin(number) {
  try {
    fs.mkdirSync(pathOf(number));
    return true;
  } catch (error) {
    return false;
  }
}

/** Has a generation serve, unless it was taken for dead and another one was begun. */
function activate(number) {
  if (exists(pathOf(number + 1))) return;
  const part = `${folder}/word.${number}`;
  fs.symlinkSync(pathOf(number), part);
  fs.renameSync(part, link);
  fs.readdirSync(generations).forEach((name) => {
    if (Number(name) < number - known) fs.rmdirSync(`${generations}/${name}`);
  });
}

/** Number of the generation that serves. */
function serving() {
  return Number(fs.realpathSync(link).split("/").pop());
}

/** Number of the newest generation that was begun. */
function newest() {
  let number = serving();
  while (exists(pathOf(number + 1))) number++;
  return number;
}

function pathOf(number) {
  return `${generations}/${number}`;
}

/** Milliseconds since a generation was begun. */
function ageMs(number) {
  return Date.now() - fs.statSync(pathOf(number)).mtimeMs;
}

function exists(path) {
  return fs.statSync(path, { throwIfNoEntry: false }) !== undefined;
}

export default { wordBefore, renew, renewFromFrontPage, renewInFirstMinute };
