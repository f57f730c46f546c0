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

/** Makes all pages that there are old. Each step at once, since others read meanwhile. */
function renew(r) {
  const next = r.variables.request_id;
  const words = [fs.realpathSync(link)].concat(wordsBefore());
  const part = `${folder}/part.${next}`;
  fs.writeFileSync(part, words.slice(0, known).join(" "));
  fs.renameSync(part, beforeFile);
  fs.mkdirSync(`${folder}/words/${next}`);
  fs.symlinkSync(`words/${next}`, part);
  fs.renameSync(part, link);
  words.slice(known).forEach((word) => fs.rmdirSync(word));
  r.return(204);
}

export default { wordBefore, renew };
