// Refuses words that the project does not use, in all tracked text; each has a replacement that readers search for.
import { readProjectFile, trackedFiles } from "./trackedFiles";

/** Words to refuse, as a regular expression without flags, and what to write in their place. A space is any white space. */
const refused: readonly (readonly [words: string, replacement: string])[] = [
  ["(un)?mend(s|ed|ing)?", "fix, or invalid"],
  ["anew", "again, recreate or replace"],
  ["of before", "previous"],
  ["former", "previous"],
  ["the ones? before", "the previous one"],
  ["com(e|es|ing) along|came along", "install, or manage"],
  ["brought(?! (up|down|back)\\b)", "installed, or managed"],
  ["brings(?! (up|down|back)\\b)", "installs, or manages"],
  ["who(m|so)?ever", "the actor: the client, the visitor, the user"],
  ["(nobody|no one|no-one)('s)?", "the actor: no visitor, no process, no pod"],
  ["some(body|one)('s)?", "the actor: you, a user, a visitor"],
  ["(im)?patience\\w*", "timeout"],
  ["whole or not at all", "atomic"],
  ["(did|do|does) not end well", "failed"],
  ["made old", "invalidated, or purged"],
  ["(is|are|was|were|be|being) away", "is unavailable"],
  ["(is|are|was|were) gone", "is deleted, or has ended"],
  ["(is|are|was|were) to go", "is deleted, or must be deleted"],
  ["to be had", "available"],
  ["rights", "permissions"],
  ["left claims?", "orphaned claims"],
  ["leftovers?", "orphaned resources"],
  ["foreign volumes?", "volumes of other workloads"],
  ["foreign (class|classes|kinds?|objects?|ones?|pods?)", "custom kinds, or whose they are"],
  ["in clear", "in plain text"],
  ["(class|classes|volumes?) (for|of) many nodes", "a ReadWriteMany storage class"],
  ["the chapter('s)?", "the tutorial"],
  ["refusalOf\\w*", "a verb, as in probeRwx"],
  [
    "(untilNoneLeft|lastWords|tellingLines|waysToShare|formerUsers|broughtClasses|volumeRelease|classTrial)",
    "the name of what it does",
  ],
  ["(podsAfter|runsAfter)", "dependsOn"],
];

/** Names that are in the state of stacks, or in the cluster, and data of tests: they keep the words that they have. */
const allowed = ["storage-openebs-leftovers", "${this.name}-leftovers", "storage-guard", "former-users", '"nobody"'];

/** Files that other people wrote, or programs generated, and the list itself. */
const excluded =
  /^(package-lock\.json|LICENSE|.*go\.sum|tests\/golden\/.*\.yaml|tests\/e2e\/fixtures\/.*|docs\/images\/.*|lab\/images\/(mariadb|php|wordpress)\/.*|scripts\/checkWords\.ts|tests\/scripts\/checkWords\.spec\.ts)$/;

/** White space in a comment that goes on in the next line. */
const space = String.raw`(?:[ \t]+|[ \t]*\n[ \t]*(?:(?:\*|//|#|>)[ \t]+)?)`;

const patterns = refused.map(([words, replacement]) => ({
  pattern: new RegExp(`(?<!\\w)(?:${words.replaceAll(" ", space)})(?!\\w)`, "gi"),
  replacement,
}));

/** The refused words in a text, a line each: `file:line: "mended": write fix`. */
export function findRefusedWords(file: string, text: string): string[] {
  const found = patterns.flatMap(({ pattern, replacement }) =>
    [...text.matchAll(pattern)]
      .filter(({ index, 0: { length } }) => !isAllowed(text, index, index + length))
      .map(({ index, 0: words }) => ({ index, words: words.replace(/\s+((\*|\/\/|#|>)\s+)?/g, " "), replacement })),
  );
  return found
    .sort((one, other) => one.index - other.index)
    .map(({ index, words, replacement }) => `${file}:${lineAt(text, index)}: "${words}": write ${replacement}`);
}

function isAllowed(text: string, begin: number, end: number): boolean {
  return allowed.some((name) => {
    const place = text.indexOf(name, Math.max(0, end - name.length));
    return place >= 0 && place <= begin && end <= place + name.length;
  });
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

/** Checks the tracked files, or those whose paths begin with one of the arguments. */
function main(places: readonly string[]): void {
  const isChosen = (name: string) => places.length === 0 || places.some((place) => name.startsWith(place));
  const files = trackedFiles().filter((name) => !excluded.test(name) && isChosen(name));
  const findings = files.flatMap((name) => findRefusedWords(name, readProjectFile(name)));
  if (findings.length === 0) return;
  console.error(
    `${findings.join("\n")}\n${findings.length} words that this project does not use (scripts/checkWords.ts).`,
  );
  process.exitCode = 1;
}

if (require.main === module) main(process.argv.slice(2));
