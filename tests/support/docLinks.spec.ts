import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../../lab/support/paths";
import { anchorsOf, filesNamedOn, linksOf, markdownFiles, readPage } from "./docPages";

describe("links of the Markdown pages", () => {
  const files = markdownFiles();

  for (const file of files) {
    it(`${file}: every relative link leads to a file and to a heading that it has`, () => {
      const broken = linksOf(readPage(file)).filter((target) => isBroken(file, target));
      assert.deepEqual(broken, []);
    });
  }

  for (const file of files) {
    it(`${file}: every file of this repository that it names exists`, () => {
      const missing = filesNamedOn(readPage(file)).filter((named) => !fs.existsSync(path.join(projectRoot, named)));
      assert.deepEqual(missing, []);
    });
  }

  it("docs/README.md links every page of docs", () => {
    const linked = linksOf(readPage("docs/README.md")).map((target) =>
      path.join("docs", target.replace(/#.*/, "")).replace(/\/$/, ""),
    );
    const pages = files.filter((file) => file.startsWith("docs/") && file !== "docs/README.md");
    // The index of the decisions links each of them.
    const missing = pages.filter((file) => !/^docs\/decisions\/\d/.test(file) && !linked.includes(file));
    assert.deepEqual(missing, []);
  });

  it("docs/decisions/README.md links every decision", () => {
    const linked = linksOf(readPage("docs/decisions/README.md"));
    const decisions = files.filter((file) => /^docs\/decisions\/\d/.test(file)).map((file) => path.basename(file));
    assert.deepEqual(
      decisions.filter((decision) => !linked.includes(decision)),
      [],
    );
  });
});

describe("heading anchors", () => {
  it("are lower case, without punctuation, with a hyphen for each space, and numbered when they repeat", () => {
    const page = "# A `pulumi up` that fails: why?\n\n## Next\n\n```sh\n# no heading\n```\n\n## Next\n";
    assert.deepEqual([...anchorsOf(page)], ["a-pulumi-up-that-fails-why", "next", "next-1"]);
  });
});

describe("links of a page", () => {
  it("are those of text and images, without those in code", () => {
    const page = "[a](b.md#c) ![d](e.svg) `[f](g.md)`\n\n```md\n[h](i.md)\n```\n";
    assert.deepEqual(linksOf(page), ["b.md#c", "e.svg"]);
  });
});

function isBroken(file: string, target: string): boolean {
  if (/^[a-z]+:/.test(target)) return false;
  const [place = "", anchor] = target.split("#");
  const to = place === "" ? file : path.join(path.dirname(file), place);
  if (!fs.existsSync(path.join(projectRoot, to))) return true;
  return anchor !== undefined && to.endsWith(".md") && !anchorsOf(readPage(to)).has(anchor);
}
