import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../../lab/support/paths";
import { documentedCommands } from "../e2e/support/documented";
import { codeBlocks, markdownFiles, readPage } from "./docPages";

/** Pages whose commands are marked. */
const marked = (file: string) => /^(README\.md|docs\/(how-to\/.*|tutorial|faq|troubleshooting)\.md)$/.test(file);

describe("shell blocks of the user's pages", () => {
  for (const file of markdownFiles().filter(marked)) {
    it(`${file}: each one names the test that runs its command, or is marked as not run`, () => {
      const unmarked = shellBlocks(file).filter(({ lineBefore }) => !isMark(lineBefore));
      assert.deepEqual(
        unmarked.map(({ code, lineBefore }) => ({ code, lineBefore })),
        [],
      );
    });

    it(`${file}: no line of a code block is longer than 80 characters`, () => {
      const lines = codeBlocks(readPage(file)).flatMap(({ code }) => code.split("\n"));
      assert.deepEqual(
        lines.filter((line) => line.length > 80),
        [],
      );
    });
  }

  it("never deploy and destroy in one paste", () => {
    const both = markdownFiles()
      .filter(marked)
      .flatMap(shellBlocks)
      .filter(({ code }) => /pulumi up/.test(code) && /pulumi destroy/.test(code));
    assert.deepEqual(both, []);
  });
});

describe("commands of a how-to", () => {
  it("are its shell blocks, one each, with the lines that continue them", () => {
    const commands = documentedCommands("move-a-site.md");
    assert.equal(commands.length, 10);
    assert.match(
      commands[5] ?? "",
      /^tail -n 1 wordpress\.sql \| grep '\^-- Dump completed' &&\n {2}kubectl [^]* < wordpress\.sql$/,
    );
  });

  it("are refused for a page that does not exist", () => {
    assert.throws(() => documentedCommands("fly-a-site.md"), /fly-a-site\.md/);
  });
});

function shellBlocks(file: string) {
  return codeBlocks(readPage(file)).filter(({ language }) => language === "bash");
}

/** `<!-- not run -->`, or `<!-- run by FILE -->` with a file that exists. */
function isMark(line: string): boolean {
  if (line === "<!-- not run -->") return true;
  const [, file] = /^<!-- run by (\S+) -->$/.exec(line) ?? [];
  return file !== undefined && fs.existsSync(path.join(projectRoot, file));
}
