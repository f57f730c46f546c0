import * as fs from "node:fs";
import * as path from "node:path";
import { digest } from "../../components/digest";
import { projectRoot } from "../../lab/support/paths";

/** Where results are kept until the page is written or compared: one file for each fault, so that specs side by side do not clash. */
export const resultsFolder = path.join(projectRoot, "tests/faults/output");

/** A row of docs/reliability.md. */
export interface FaultResult {
  /** What was done to the site. No two tests do the same. */
  readonly fault: string;
  /** What the test insists on. */
  readonly holds: string;
  /** What was seen besides; it differs from run to run. */
  readonly measured: string;
}

/** Keeps the result of a test that went well. */
export function recordFault({ fault, holds, measured }: FaultResult): void {
  fs.mkdirSync(resultsFolder, { recursive: true });
  const line = JSON.stringify({ fault, holds, measured });
  fs.writeFileSync(path.join(resultsFolder, `${digest(fault)}.json`), `${line}\n`);
}

/** All results that are kept, the oldest first. */
export function keptResults(): FaultResult[] {
  if (!fs.existsSync(resultsFolder)) return [];
  return fs
    .readdirSync(resultsFolder)
    .map((name) => path.join(resultsFolder, name))
    .sort((one, other) => fs.statSync(one).mtimeMs - fs.statSync(other).mtimeMs)
    .map((file) => JSON.parse(fs.readFileSync(file, "utf8")) as FaultResult);
}
