import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../../lab/support/paths";
import type { Fault } from "../mutation/support/fault";
import { faulty } from "../mutation/support/faultCopy";
import { fileFaults } from "../mutation/support/fileFaults";
import { safeguards } from "../mutation/support/safeguards";

const at = (file: string) => fs.readFileSync(path.join(projectRoot, file), "utf8");
const fault: Fault = { file: "a.sh", what: "no check", from: "check", spec: "a.spec.ts", grep: "." };

describe("fault tables of test:mutation:files and test:long", () => {
  for (const each of [...fileFaults, ...safeguards]) {
    it(`match ${each.file} and tests for "${each.what}"`, () => {
      assert.notEqual(faulty(at(each.file), each), at(each.file));
      const words = at(each.spec);
      // A spec may build a title from parts: each alternative begins with words of the spec.
      for (const title of each.grep.split("|")) assert.match(words, new RegExp(title.replace(/^\.$/, "it\\(")));
    });
  }

  it("replace a text that occurs exactly once in the file, and refuse any other", () => {
    assert.equal(faulty("a\ncheck\n", { ...fault, to: "true" }), "a\ntrue\n");
    assert.equal(faulty("a\ncheck\n", fault), "a\n\n");
    for (const text of ["a", "check check"])
      assert.throws(() => faulty(text, fault), /the text that "no check" replaces \d times instead of once/);
  });
});
