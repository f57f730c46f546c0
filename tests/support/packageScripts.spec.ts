import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../../lab/support/paths";

const { scripts } = JSON.parse(fs.readFileSync(path.join(projectRoot, "package.json"), "utf8")) as {
  scripts: Readonly<Record<string, string>>;
};

describe("the scripts of package.json", () => {
  it("select tests with --grep by titles that the spec file has, each alternative at least one", () => {
    const commands = Object.values(scripts).join("\n");
    const selections = [...commands.matchAll(/mocha (\S+\.spec\.ts) --grep '([^']+)'/g)];
    assert.ok(selections.length > 0);
    assert.equal(selections.length, commands.split("--grep").length - 1, "a --grep of another form");
    for (const [, file = "", pattern = ""] of selections) {
      const titles = titlesIn(fs.readFileSync(path.join(projectRoot, file), "utf8"));
      for (const alternative of pattern.split("|")) {
        const matching = titles.filter((title) => new RegExp(alternative).test(title));
        assert.ok(matching.length > 0, `${file} has no title with "${alternative}"; it has:\n${titles.join("\n")}`);
      }
    }
  });
});

/** Titles of the groups and tests that a spec file names by a plain string. */
function titlesIn(spec: string): string[] {
  return [...spec.matchAll(/\b(?:describe|it)\("((?:[^"\\]|\\.)*)"/g)].map(([, title = ""]) => title);
}
