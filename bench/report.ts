import { withPart } from "../docs/pagePart";
import type { Row } from "./rows";
import { threeDigits } from "./statistics";
import { textTable } from "./textTable";

/** The rows as Markdown. */
export function table(rows: readonly Row[]): string {
  const head = ["measure", "chapter", "program", "ratio (least to most)", "goal", "met"];
  const lines = rows.map(({ title, unit, goal, chapter, program, ratio, isMet }) => [
    title,
    `${threeDigits(chapter)} ${unit}`,
    `${threeDigits(program)} ${unit}`,
    `${threeDigits(ratio.median)} (${threeDigits(ratio.least)} to ${threeDigits(ratio.most)})`,
    goal ? `${goal.is} ${goal.ratio}` : "reported",
    isMet === undefined ? "" : isMet ? "yes" : "no",
  ]);
  return textTable(head, lines);
}

const picture = "![How many times as good as the chapter's manifests the program is, with the goals](performance.svg)";

/** The page with other figures. @throws Error where the page has no place for them */
export function withTable(
  page: string,
  rows: readonly Row[],
  run: { readonly rounds: number; readonly cores: number },
): string {
  const said = `Medians of ${run.rounds} rounds on ${run.cores} cores; the ratio is that of each round, its median, and between what it was.`;
  return withPart(page, [said, table(rows), picture].join("\n\n"));
}
