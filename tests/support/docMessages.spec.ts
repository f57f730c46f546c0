import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../../lab/support/paths";
import { readPage } from "./docPages";

/** The cluster's words, of which the program matches others or none. */
const fromCluster = ["Insufficient cpu", "Insufficient memory", "mount.nfs"];

describe("docs/troubleshooting.md", () => {
  const [ours = ""] = readPage("docs/troubleshooting.md").split(/^## Pulumi's own/m);
  const firstCells = [...ours.matchAll(/^\| (.*?[^\\]) \|/gm)].map(([, cell = ""]) => cell);
  const quoted = firstCells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text));
  const texts = sourceText(["components", "stacks"]);

  for (const fragment of quoted.filter((text) => !fromCluster.includes(text))) {
    it(`quotes "${fragment}", which the program prints or matches`, () => {
      const missing = fragment.split(/ ?(?:…|\(storage class.*) ?/).filter((part) => !texts.includes(part));
      assert.deepEqual(missing, []);
    });
  }
});

describe("pages of docs", () => {
  it("exist under the paths that messages and presets name", () => {
    const presets = ["dev", "openebs", "production"].map((stack) => readPage(`Pulumi.${stack}.yaml`));
    const named = [sourceText(["components", "stacks"]), ...presets].flatMap((text) => [
      ...text.matchAll(/(?<![\w./])docs\/[\w/-]+\.(?:md|svg)/g),
    ]);
    assert.ok(named.length > 0);
    const missing = named.map(([page]) => page).filter((page) => !fs.existsSync(path.join(projectRoot, page)));
    assert.deepEqual(missing, []);
  });
});

/** All sources but specs in one line, with strings that are put together by `+` joined. */
function sourceText(folders: readonly string[]): string {
  return folders
    .flatMap((folder) =>
      fs
        .readdirSync(path.join(projectRoot, folder), { recursive: true, encoding: "utf8" })
        .map((file) => path.join(folder, file)),
    )
    .filter((file) => /\.(ts|php|sh)$/.test(file) && !file.endsWith(".spec.ts"))
    .map((file) => fs.readFileSync(path.join(projectRoot, file), "utf8"))
    .join("\n")
    .replace(/["`]\s*\+\s*["`]/g, "")
    .replace(/\s+/g, " ");
}
