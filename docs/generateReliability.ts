import * as fs from "node:fs";
import * as path from "node:path";
import { pagePart, withPart } from "./pagePart";
import { keptResults, type KeptResult, parts, resultsFolder } from "../tests/support/reliability";

const file = path.join(__dirname, "development/reliability.md");

const head = ["| what was done | what must hold | measured |", "| --- | --- | --- |"];

/** The page with other tables: one for each part that has results. */
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

/** What the page's tables and the results do not have in common, one line each; figures may differ. */
export function differences(page: string, results: readonly KeptResult[]): string[] {
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
  if (args[0] !== "--check") return fs.writeFileSync(file, withTables(page, results));
  const wrong = differences(page, results);
  if (wrong.length === 0) return;
  process.exitCode = 1;
  console.error(
    `docs/development/reliability.md is not what was tried:\n  ${wrong.join("\n  ")}\nWrite it anew: npm run reliability. ` +
      `It takes what all tests left in ${path.relative(process.cwd(), resultsFolder)}, also those that are gone since; remove it, and run .ci/run, for all of it.`,
  );
}

if (require.main === module) main(process.argv.slice(2));
