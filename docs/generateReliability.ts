import * as fs from "node:fs";
import * as path from "node:path";
import { pagePart, withPart } from "./pagePart";
import { type FaultResult, keptResults } from "../tests/support/reliability";

const file = path.join(__dirname, "reliability.md");

const head = ["| fault | what must hold | measured |", "| --- | --- | --- |"];

/** The page with another table. */
export function withTable(page: string, results: readonly FaultResult[]): string {
  const rows = results.map(({ fault, holds, measured }) => `| ${[fault, holds, measured].map(cell).join(" | ")} |`);
  return withPart(page, [...head, ...rows].join("\n"));
}

/** What the page's table and the results do not have in common, one line each; figures may differ. */
export function differences(page: string, results: readonly FaultResult[]): string[] {
  const rows = pagePart(page)
    .split("\n")
    .filter((line) => line.startsWith("|") && !head.includes(line))
    .map((line) => line.split(" | ").slice(0, 2).join(" | "));
  const tried = results.map(({ fault, holds }) => `| ${cell(fault)} | ${cell(holds)}`);
  return [
    ...tried.filter((row) => !rows.includes(row)).map((row) => `tried, and not on the page: ${row} |`),
    ...rows.filter((row) => !tried.includes(row)).map((row) => `on the page, and not tried: ${row} |`),
  ];
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function main(args: readonly string[]): void {
  const page = fs.readFileSync(file, "utf8");
  const results = keptResults();
  if (args[0] !== "--check") return fs.writeFileSync(file, withTable(page, results));
  const wrong = differences(page, results);
  if (wrong.length === 0) return;
  process.exitCode = 1;
  console.error(
    `docs/reliability.md is not what was tried:\n  ${wrong.join("\n  ")}\nWrite it anew: npm run reliability`,
  );
}

if (require.main === module) main(process.argv.slice(2));
