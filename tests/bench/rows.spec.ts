import * as assert from "node:assert/strict";
import { table, withTable } from "../../bench/report";
import type { Figures } from "../../bench/round";
import { type Round, rows } from "../../bench/rows";

const figures: Figures = {
  ...{ frontPage: 50, staticFile: 10_000, posts: 50, dashboard: 20, frontPageWhileWritten: 300 },
  ...{ scaled: 5, installed: 10, memoryAtRest: 60, memoryUnderLoad: 100 },
  commandTimes: undefined,
};
const commandTimes = { preview: 3, previewOfEmpty: 2, up: 8, upOfEmpty: 4 };
const round = (program: Partial<Figures>, tutorial: Partial<Figures> = {}): Round => ({
  tutorial: { ...figures, ...tutorial },
  program: { ...figures, commandTimes, ...program },
});
const row = (rounds: readonly Round[], title: string) =>
  rows(rounds).find((row) => row.title === title) ?? assert.fail(title);

describe("benchmark table", () => {
  it("has the medians of the figures, and the median, least and greatest of the rounds' ratios", () => {
    const rounds = [
      round({ frontPage: 9000 }, { frontPage: 45 }),
      round({ frontPage: 5000 }, { frontPage: 50 }),
      round({ frontPage: 6000 }, { frontPage: 40 }),
    ];
    const { tutorial, program, ratio, isMet } = row(rounds, "front page, anonymous");
    assert.deepEqual([tutorial, program, isMet], [45, 6000, true]);
    assert.deepEqual(ratio, { median: 150, least: 100, most: 200 });
  });

  it("counts a goal as met at its limit, and as missed beyond it", () => {
    const met = (title: string, program: Partial<Figures>) => row([round(program)], title).isMet;
    assert.deepEqual(
      [met("dashboard, logged in", { dashboard: 24 }), met("dashboard, logged in", { dashboard: 23 })],
      [true, false],
    );
    const scaled = "1 to 3 pods, until all three serve";
    assert.deepEqual([met(scaled, { scaled: 3 }), met(scaled, { scaled: 3.1 })], [true, false]);
    assert.equal(met("from an empty cluster to an installed site", { installed: 1000 }), undefined);
  });

  it("compares the front page with a static file of the tutorial's Apache", () => {
    const { tutorial, ratio } = row(
      [round({ frontPage: 6000, staticFile: 1 })],
      "front page, compared with a static file of the tutorial's Apache",
    );
    assert.deepEqual([tutorial, ratio.median], [10_000, 0.6]);
  });

  it("compares Pulumi's commands with those of an empty program", () => {
    const { tutorial, program, ratio, isMet } = row(
      [round({})],
      "pulumi up, nothing changed, compared with an empty program",
    );
    assert.deepEqual([tutorial, program, ratio.median, isMet], [4, 8, 2, false]);
    assert.equal(row([round({})], "pulumi preview, nothing changed, compared with an empty program").isMet, true);
  });

  it("is Markdown with aligned columns and a unit for each figure", () => {
    const lines = table(rows([round({ frontPage: 12_345 })])).split("\n");
    assert.equal(new Set(lines.map((line) => line.length)).size, 1);
    assert.match(
      lines[2] ?? "",
      /^\| front page, anonymous .* 50 requests\/s .* 12,300 requests\/s .* 247 \(247 to 247\) .* at least 100 .* yes/,
    );
  });

  it("replaces the previous table on the page, and nothing else", () => {
    const page = "# Head\n\n<!-- prettier-ignore-start -->\n\nold\n\n<!-- prettier-ignore-end -->\n\ntext\n";
    const made = withTable(page, rows([round({})]), { rounds: 1, cores: 2 });
    assert.match(made, /^# Head\n[^]*\| measure [^]*<!-- prettier-ignore-end -->\n\ntext\n$/);
    assert.ok(!made.includes("old"));
    assert.equal(withTable(made, rows([round({})]), { rounds: 1, cores: 2 }), made);
    assert.throws(
      () => withTable("# Head\n", [], { rounds: 1, cores: 2 }),
      /there is no <!-- prettier-ignore-start -->/,
    );
  });
});
