import { withPart } from "../docs/pagePart";
import { threeDigits } from "./statistics";
import { textTable } from "./textTable";

/** Figures of a stack of one size. Times are seconds. */
export interface GrowthFigures {
  /** WordPress pods, or pools. */
  readonly count: number;
  /** Resources in Pulumi's state. */
  readonly resources: number;
  /** Time to grow from the previous size, or from nothing. */
  readonly up: number;
  /** Time when nothing changed. */
  readonly preview: number;
  readonly upOfNothing: number;
}

/** Returns the page with these figures under its heading. @throws Error if the page lacks the heading */
export function withGrowth(page: string, replicas: readonly GrowthFigures[], pools: readonly GrowthFigures[]): string {
  const text = [growthTable("WordPress pods", replicas), growthTable("pools", pools)].join("\n\n");
  return withPart(page, text, "## How it grows");
}

function growthTable(what: string, figures: readonly GrowthFigures[]): string {
  const head = [what, "resources", "`pulumi up` to there", "`preview`, nothing changed", "`up`, nothing changed"];
  const lines = figures.map(({ count, resources, up, preview, upOfNothing }) => [
    ...[count, resources].map(String),
    ...[up, preview, upOfNothing].map((seconds) => `${threeDigits(seconds)} s`),
  ]);
  return textTable(head, lines);
}
