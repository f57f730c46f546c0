import { withPart } from "../docs/pagePart";
import type { Row } from "./rows";
import { threeDigits } from "./statistics";

/** The rows as Markdown, which can be read on a terminal as well. */
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
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...lines.map(line)].join("\n");
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
