import * as fs from "node:fs";
import * as path from "node:path";
import { digest } from "../../components/kubernetes/digest";
import { projectRoot } from "../../lab/support/paths";

/** Where results are kept until the page is written or compared: one file for each fault, so that specs side by side do not clash. */
export const resultsFolder = path.join(projectRoot, "tests/faults/output");

/** The tables of docs/development/reliability.md, in their order. */
export const parts = ["Security", "Configuration", "Faults"] as const;
export type Part = (typeof parts)[number];

/** A row of docs/development/reliability.md. */
export interface FaultResult {
  /** What was done to the site, or tried on it. No two tests do the same. */
  readonly fault: string;
  /** What the test insists on. */
  readonly holds: string;
  /** What was seen besides; it differs from run to run. */
  readonly measured: string;
}

/** A result, and the table that it is in. */
export interface KeptResult extends FaultResult {
  readonly part: Part;
}

/**
 * Keeps the result of a test that went well, in the place of the one that it had before. With TEST_RESULTS in the environment it goes
 * into that folder, too.
 */
export function record(part: Part, { fault, holds, measured }: FaultResult): void {
  const line = JSON.stringify({ part, fault, holds, measured });
  for (const folder of [resultsFolder, process.env.TEST_RESULTS ?? resultsFolder]) {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, `${digest(fault)}.json`), `${line}\n`);
  }
}

export const recordFault = (result: FaultResult): void => record("Faults", result);

/** All results that are kept, the oldest first. */
export function keptResults(folder = resultsFolder): KeptResult[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .map((name) => path.join(folder, name))
    .sort((one, other) => fs.statSync(one).mtimeMs - fs.statSync(other).mtimeMs)
    .map((file) => JSON.parse(fs.readFileSync(file, "utf8")) as KeptResult);
}
