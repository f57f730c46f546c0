import { withPart } from "../docs/pagePart";
import { threeDigits } from "./statistics";
import { textTable } from "./textTable";

/** Of a stack of one size. Times are seconds. */
export interface GrowthFigures {
  /** Pods of WordPress, or pools. */
  readonly count: number;
  /** In Pulumi's state. */
  readonly resources: number;
  /** From the size before it, or from nothing. */
  readonly up: number;
  /** Where nothing is to be done. */
  readonly preview: number;
  readonly upOfNothing: number;
}

/** The page with other figures under its heading. @throws Error where the page has no place for them */
export function withGrowth(page: string, replicas: readonly GrowthFigures[], pools: readonly GrowthFigures[]): string {
  const text = [growthTable("pods of WordPress", replicas), growthTable("pools", pools)].join("\n\n");
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
