import { withPart } from "../docs/pagePart";
import type { Row } from "./rows";
import { threeDigits } from "./statistics";
import { textTable } from "./textTable";

/** The rows as Markdown. */
export function table(rows: readonly Row[]): string {
  const head = ["measure", "tutorial", "program", "ratio (least to most)", "goal", "met"];
  const lines = rows.map(({ title, unit, goal, tutorial, program, ratio, isMet }) => [
    title,
    `${threeDigits(tutorial)} ${unit}`,
    `${threeDigits(program)} ${unit}`,
    `${threeDigits(ratio.median)} (${threeDigits(ratio.least)} to ${threeDigits(ratio.most)})`,
    goal ? `${goal.is} ${goal.ratio}` : "reported",
    isMet === undefined ? "" : isMet ? "yes" : "no",
  ]);
  return textTable(head, lines);
}

/** Returns the page with these figures. @throws Error if the page has no table to replace */
export function withTable(
  page: string,
  rows: readonly Row[],
  run: { readonly rounds: number; readonly cores: number },
): string {
  const said = `Medians of ${run.rounds} rounds on ${run.cores} cores; the ratio is the median of the rounds' ratios, followed by their range.`;
  return withPart(page, [said, table(rows)].join("\n\n"));
}
