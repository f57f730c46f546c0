import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Turns off the log that Pulumi keeps of every command by itself, compressed and encrypted: it takes a quarter of the CLI's
 * processor time (measured with 3.259.0). There is no switch for it; where its folder cannot be made, the CLI goes on without.
 * @param pulumiHome PULUMI_HOME; made where it is not there
 */
export function turnOffAutomaticLog(pulumiHome: string): void {
  fs.mkdirSync(pulumiHome, { recursive: true });
  if (!fs.existsSync(logs(pulumiHome))) fs.writeFileSync(logs(pulumiHome), "");
}

/** Turns it on again, as a user has it. */
export function turnOnAutomaticLog(pulumiHome: string): void {
  if (fs.statSync(logs(pulumiHome), { throwIfNoEntry: false })?.isFile()) fs.rmSync(logs(pulumiHome));
}

function logs(pulumiHome: string): string {
  return path.join(pulumiHome, "logs");
}
