import * as fs from "node:fs";
import * as path from "node:path";
import { pagePart, withPart } from "./pagePart";
import { keptResults, type KeptResult, parts, resultsFolder } from "../tests/support/reliability";

const file = path.join(__dirname, "development/reliability.md");

const head = ["| what was done | what must hold | measured |", "| --- | --- | --- |"];

/** The page with its tables replaced: one for each part that has results. */
export function withTables(page: string, results: readonly KeptResult[]): string {
  const tables = parts
    .map((part) => ({ part, rows: results.filter((result) => result.part === part).map(row) }))
    .filter(({ rows }) => rows.length > 0)
    .map(({ part, rows }) => [`## ${part}`, "", ...head, ...rows].join("\n"));
  return withPart(page, tables.join("\n\n"));
}

function row({ fault, holds, measured }: KeptResult): string {
  return `| ${[fault, holds, measured].map(cell).join(" | ")} |`;
}

/** Differences between the page's tables and the results, one line each. Figures may differ. */
export function differences(page: string, results: readonly KeptResult[]): string[] {
  const rows = pagePart(page)
    .split("\n")
    .filter((line) => line.startsWith("|") && !head.includes(line))
    .map((line) => line.split(" | ").slice(0, 2).join(" | "));
  const tested = results.map(({ fault, holds }) => `| ${cell(fault)} | ${cell(holds)}`);
  return [
    ...tested.filter((row) => !rows.includes(row)).map((row) => `tested, but not on the page: ${row} |`),
    ...rows.filter((row) => !tested.includes(row)).map((row) => `on the page, but not tested: ${row} |`),
  ];
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function main(args: readonly string[]): void {
  const page = fs.readFileSync(file, "utf8");
  const results = keptResults();
  if (args[0] !== "--check") return fs.writeFileSync(file, withTables(page, results));
  const wrong = differences(page, results);
  if (wrong.length === 0) return;
  process.exitCode = 1;
  console.error(
    `docs/development/reliability.md does not have the rows that the tests recorded:\n  ${wrong.join("\n  ")}\n` +
      `To write its tables again: npm run reliability. That takes all results in ${path.relative(process.cwd(), resultsFolder)}, ` +
      "also those of tests that no longer exist. For current results only, remove that folder and run .ci/run.",
  );
}

if (require.main === module) main(process.argv.slice(2));
