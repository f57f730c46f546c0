import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { pictureFile, renderPicture, terminalSvg } from "../../scripts/terminalSvg";

describe("terminalSvg", () => {
  const textOf = (line: string) => /<text ([^>]*)>([^]*)<\/text>/.exec(terminalSvg(line, "t"));
  const fillOf = (line: string) => /fill="(#\w+)"/.exec(textOf(line)?.[1] ?? "")?.[1];

  it("keeps a line's text and spaces, and escapes what XML reads as markup", () => {
    const [, style = "", text] = textOf('  a < "b" && c > d') ?? [];
    assert.equal(text, '  a &lt; "b" &amp;&amp; c &gt; d');
    assert.match(style, /xml:space="preserve"/);
  });

  it("is as wide as the longest line, and as high as there are lines", () => {
    assert.match(terminalSvg("1234567890\n1\n", "t"), /^<svg [^>]*viewBox="0 0 124 92" width="124" height="92"/);
  });

  it("fits each line to its number of characters", () => {
    assert.match(textOf("…✓345")?.[1] ?? "", /textLength="42.0"/);
  });

  it("draws nothing for an empty line, and the next one below it", () => {
    const places = [...terminalSvg("a\n\nb", "t").matchAll(/ y="(\d+)" /g)].map(([, y]) => y);
    assert.deepEqual(places, ["47", "87"]);
  });

  it("tells commands, creations, updates, deletions, omissions and other output apart by color", () => {
    const lines = ["$ pulumi up", " +  created", " ~  updated", " -  deleted", "…", "Outputs:"];
    assert.equal(new Set(lines.map(fillOf)).size, lines.length);
    assert.equal(fillOf("  ✓ done"), fillOf(" +  created"));
  });

  it("has its title for readers that do not see it", () => {
    assert.match(terminalSvg("a", "b & c"), /role="img"[^>]*>\n {2}<title>b &amp; c<\/title>/);
  });
});

describe("docs/images/terminal.svg", () => {
  it("shows docs/images/terminal.txt (npm run terminal-svg writes it)", () => {
    assert.equal(fs.readFileSync(pictureFile, "utf8"), renderPicture(), "Run `npm run terminal-svg`.");
  });
});
