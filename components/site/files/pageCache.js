import crypto from "crypto";
import fs from "fs";

const folder = "/var/cache/nginx";
/** Names of the words of before each of the last changes, the newest first. */
const beforeFile = `${folder}/before`;
/** The link that nginx follows at each request: to ask here would cost it more than the page. */
const link = `${folder}/word`;

/** How many words of before are known: changes that follow each other while nobody asks for a page. */
const known = 32;

function wordsBefore() {
  try {
    return fs.readFileSync(beforeFile, "utf8").split(" ");
  } catch (error) {
    return [];
  }
}

/** What tells the newest page of before the last change, for when there is nobody to make a new one. */
function wordBefore(r) {
  const page = r.variables.page;
  return wordsBefore().find((word) => isKept(`${word} ${page}`)) || "none";
}

/** Whether nginx has a file for a key, where it puts it. */
function isKept(key) {
  const name = crypto.createHash("md5").update(key).digest("hex");
  try {
    fs.accessSync(`${folder}/pages/${name.slice(-1)}/${name.slice(-3, -1)}/${name}`);
    return true;
  } catch (error) {
    return false;
  }
}

/** How often the front page is made again because another change was faster. */
const attempts = 3;

/** Makes all pages that there are old. */
function renew(r) {
  // A page that is being made meanwhile may lack this change: its word is not the first any more.
  isFirstAfter(fs.realpathSync(link));
  follow(newWord(r.variables.request_id));
  r.return(204);
}

/**
 * Makes all pages that there are old, and the new front page first: until then the old one comes, and nobody waits. Whoever made
 * the change does, so that all is new when they have their answer.
 */
async function renewFromFrontPage(r) {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const next = newWord(`${r.variables.request_id}.${attempt}`);
    const current = fs.realpathSync(link);
    r.variables.next_word = next;
    await r.subrequest("/front-page", { method: "HEAD" });
    if (isFirstAfter(current)) {
      follow(next);
      r.return(204);
      return;
    }
    // The page that was made may lack the other change.
    fs.rmdirSync(next);
  }
  // Changes come faster than pages.
  renew(r);
}

function newWord(name) {
  const word = `${folder}/words/${name}`;
  fs.mkdirSync(word);
  return word;
}

/** Whether no other word has followed this one: each has one that does. */
function isFirstAfter(word) {
  try {
    fs.mkdirSync(`${word}/followed`);
    return true;
  } catch (error) {
    return false;
  }
}

/** Each step at once, since others read meanwhile. */
function follow(next) {
  const words = [fs.realpathSync(link)].concat(wordsBefore());
  const part = `${next}.part`;
  fs.writeFileSync(part, words.slice(0, known).join(" "));
  fs.renameSync(part, beforeFile);
  fs.symlinkSync(next, part);
  fs.renameSync(part, link);
  words.slice(known).forEach((word) => fs.rmdirSync(word, { recursive: true }));
}

export default { wordBefore, renew, renewFromFrontPage };
