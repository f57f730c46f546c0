import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../../lab/support/paths";

interface PackageFile {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const product = readPackage("package.json");
const lab = readPackage("lab/package.json");
const scriptFiles = fs.readdirSync(path.join(projectRoot, "scripts")).map((name) => `scripts/${name}`);

function readPackage(file: string): PackageFile {
  return JSON.parse(fs.readFileSync(path.join(projectRoot, file), "utf8")) as PackageFile;
}

function versionsOf({ dependencies, devDependencies }: PackageFile): Readonly<Record<string, string>> {
  return { ...dependencies, ...devDependencies };
}

describe("npm scripts", () => {
  const texts = [
    ...Object.values(product.scripts ?? {}),
    ...scriptFiles.map((file) => fs.readFileSync(path.join(projectRoot, file), "utf8")),
  ];

  it("use only --grep alternatives that match a title in the spec file", () => {
    const commands = texts.join("\n");
    const selections = [...commands.matchAll(/mocha (\S+\.spec\.ts) --grep '([^']+)'/g)];
    assert.ok(selections.length > 0);
    assert.equal(selections.length, commands.split("--grep").length - 1, "unsupported form of --grep");
    for (const [, file = "", pattern = ""] of selections) {
      const titles = titlesIn(fs.readFileSync(path.join(projectRoot, file), "utf8"));
      for (const alternative of pattern.split("|")) {
        const matching = titles.filter((title) => new RegExp(alternative).test(title));
        assert.ok(matching.length > 0, `${file} has no title with "${alternative}"; it has:\n${titles.join("\n")}`);
      }
    }
  });

  it("start the longest e2e specs first by names that exist", () => {
    const text = fs.readFileSync(path.join(projectRoot, "scripts/test-e2e.sh"), "utf8");
    const [, names = ""] = /^longest='(.+)'$/m.exec(text) ?? [];
    assert.ok(names.length > 0);
    for (const name of names.split("|")) {
      assert.ok(fs.existsSync(path.join(projectRoot, `tests/e2e/${name}.spec.ts`)), name);
    }
  });

  it("are executable files with an interpreter where they are files", () => {
    // TypeScript needs an option of Node, which package.json names.
    for (const file of scriptFiles.filter((name) => !name.endsWith(".ts"))) {
      assert.ok(fs.statSync(path.join(projectRoot, file)).mode & 0o100, `${file} is not executable`);
      assert.match(fs.readFileSync(path.join(projectRoot, file), "utf8"), /^#!\/usr\/bin\/env (bash|node)\n/, file);
    }
  });
});

describe("package.json of the program, and that of the lab", () => {
  it("pin each package to one version", () => {
    for (const [name, version] of [...Object.entries(versionsOf(product)), ...Object.entries(versionsOf(lab))]) {
      assert.match(version, /^\d+\.\d+\.\d+$/, name);
    }
  });

  it("have the same version of a package that both name", () => {
    const [ofProduct, ofLab] = [versionsOf(product), versionsOf(lab)];
    const both = Object.keys(ofLab).filter((name) => name in ofProduct);
    assert.ok(both.length > 0);
    for (const name of both) assert.equal(ofLab[name], ofProduct[name], name);
  });

  it("leave the lab's packages out of `npm install --omit=dev`", () => assert.equal(lab.dependencies, undefined));
});

/** Titles in a spec file that are plain strings. */
function titlesIn(spec: string): string[] {
  return [...spec.matchAll(/\b(?:describe|it)\("((?:[^"\\]|\\.)*)"/g)].map(([, title = ""]) => title);
}
