import * as fs from "node:fs";
import * as path from "node:path";
import { digest } from "../../components/kubernetes/digest";
import { projectRoot } from "../../lab/support/paths";

/** Folder of the results until the page is written or compared: one file for each fault, so that parallel specs do not conflict. */
export const resultsFolder = path.join(projectRoot, "tests/faults/output");

/** The tables of docs/development/reliability.md, in their order. */
export const parts = ["Security", "Configuration", "Faults"] as const;
export type Part = (typeof parts)[number];

/** A row of docs/development/reliability.md. */
export interface FaultResult {
  /** The fault, unique among all tests. */
  readonly fault: string;
  /** The property that the test checks. */
  readonly holds: string;
  /** Measured figures, which differ from run to run. */
  readonly measured: string;
}

/** A result and its table. */
export interface KeptResult extends FaultResult {
  readonly part: Part;
}

/**
 * Stores the result of a passed test, and replaces its previous one. With TEST_RESULTS in the environment, also stores it in that folder.
 */
export function record(part: Part, { fault, holds, measured }: FaultResult): void {
  const line = JSON.stringify({ part, fault, holds, measured });
  for (const folder of [resultsFolder, process.env.TEST_RESULTS ?? resultsFolder]) {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, `${digest(fault)}.json`), `${line}\n`);
  }
}

export const recordFault = (result: FaultResult): void => record("Faults", result);

/** All stored results, oldest first. */
export function keptResults(folder = resultsFolder): KeptResult[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .map((name) => path.join(folder, name))
    .sort((one, other) => fs.statSync(one).mtimeMs - fs.statSync(other).mtimeMs)
    .map((file) => JSON.parse(fs.readFileSync(file, "utf8")) as KeptResult);
}
