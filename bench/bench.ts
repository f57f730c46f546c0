import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { turnOnAutomaticLog } from "../lab/pulumi/automaticLog";
import { labPaths, projectRoot } from "../lab/support/paths";
import { main, UserError, step } from "../lab/support/progress";
import { useSystemPrograms } from "../lab/support/systemPath";
import { table, withTable } from "./report";
import { type Durations, type Figures, measure } from "./round";
import { type Round, rows } from "./rows";
import { tutorialSite, programSite } from "./site";
import { prepareLoad } from "./wrk";

const usage = "npm run bench [-- --rounds N | -- --smoke]   N: 1 to 50, default 5";

/** The report. */
const page = path.join(projectRoot, "docs/development/performance.md");

const durations = { whole: { load: 10, rest: 20 }, smoke: { load: 2, rest: 2 } } as const satisfies Record<
  string,
  Durations
>;

/** Measures the tutorial's manifests and the program's stack in turn, for each round. */
async function bench(): Promise<void> {
  const { count, isSmoke } = options();
  await prepareLoad();
  turnOnAutomaticLog(labPaths.pulumiHome);
  const rounds: Round[] = [];
  for (let number = 1; number <= count; number++) {
    const round = await step(`round ${number} of ${count}`, () =>
      compare(number, durations[isSmoke ? "smoke" : "whole"]),
    );
    rounds.push(round);
    process.stdout.write(`\n${table(rows(rounds))}\n\n`);
  }
  if (isSmoke) return;
  fs.writeFileSync(
    page,
    withTable(fs.readFileSync(page, "utf8"), rows(rounds), { rounds: count, cores: os.cpus().length }),
  );
}

/** Measures both sites. They alternate in going first, so that warm caches and a worn disk affect both equally often. */
async function compare(number: number, durations: Durations): Promise<Round> {
  const tutorial = () => measure("tutorial", () => Promise.resolve(tutorialSite()), durations);
  const program = () => measure("program", programSite, durations);
  if (number % 2 === 1) {
    const first = await tutorial();
    return { tutorial: first, program: await program() };
  }
  const first: Figures = await program();
  return { program: first, tutorial: await tutorial() };
}

function options(): { readonly count: number; readonly isSmoke: boolean } {
  const { values } = parseArgs({ options: { rounds: { type: "string" }, smoke: { type: "boolean" } } });
  if (values.smoke && values.rounds !== undefined)
    throw new UserError(`--smoke and --rounds exclude each other: --smoke always runs one round.\n${usage}`);
  const count = values.smoke ? 1 : Number(values.rounds ?? 5);
  if (!Number.isInteger(count) || count < 1 || count > 50)
    throw new UserError(
      `--rounds: ${JSON.stringify(values.rounds)} is invalid; expected a whole number from 1 to 50.\n${usage}`,
    );
  return { count, isSmoke: values.smoke ?? false };
}

useSystemPrograms();
main(bench);
