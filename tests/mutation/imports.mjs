import fs from "node:fs";
import path from "node:path";

/** Folders of the unit tests that must notice mutants. */
const folders = ["components", "tests/components", "tests/stacks"];

/** Specs that read source text, which Stryker changes. */
const ofTexts = ["tests/stacks/renovate.spec.ts"];

/** The spec files that must notice mutants. */
export function specFiles(root) {
  return folders
    .flatMap((folder) =>
      fs.readdirSync(path.join(root, folder), { recursive: true }).map((file) => path.join(folder, file)),
    )
    .filter((file) => file.endsWith(".spec.ts") && !ofTexts.includes(file))
    .sort()
    .map((file) => path.join(root, file));
}

/** Spec files that import a file, directly or through others; starting with those that import the fewest files, which test it most directly. */
export function importersOf(root, file) {
  return specFiles(root)
    .filter((spec) => reached(spec).has(file))
    .sort((one, other) => reached(one).size - reached(other).size);
}

const known = new Map();

/** The file and all files that it imports, directly or indirectly. */
function reached(file) {
  const found = new Set([file]);
  for (const each of found) {
    if (!known.has(each)) known.set(each, imports(each));
    known.get(each).forEach((other) => found.add(other));
  }
  return found;
}

function imports(file) {
  const text = fs.readFileSync(file, "utf8");
  const names = [...text.matchAll(/(?:from|import\(|require\()\s*"(\.{1,2}\/[^"]+|\.{1,2})"/g)].map(([, name]) => name);
  return names.flatMap((name) => {
    const at = path.resolve(path.dirname(file), name);
    return [at, `${at}.ts`, path.join(at, "index.ts")].filter((each) =>
      fs.statSync(each, { throwIfNoEntry: false })?.isFile(),
    );
  });
}
