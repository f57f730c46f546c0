import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { copyProgram } from "../programCopy";
import { projectRoot } from "../support/paths";
import { run } from "../support/processes";
import { UserError } from "../support/progress";
import { failureWords, type TrialOutputs } from "./words";

const stack = "dev";

/** A cluster that `npm run try` deploys the program's dev stack to. */
export interface TrialCluster {
  /** Folder of the program's copy: Pulumi writes into its stack file, and the clone stays clean. */
  readonly folder: string;
  /** Variables for pulumi and kubectl, added to those of this process. One that is undefined is unset. */
  readonly env: NodeJS.ProcessEnv;
  /** Settings for this cluster that the preset does not have, as `key=value`. Only the first run sets them, so that yours stay. */
  readonly settings: readonly string[];
}

/**
 * Deploys the dev stack from a copy of the program. Idempotent.
 * @throws UserError when a command of Pulumi's fails; it has said why on this terminal by then
 */
export async function deployTrial(cluster: TrialCluster): Promise<TrialOutputs> {
  const { folder, env, settings } = cluster;
  const isFirst = !fs.existsSync(path.join(folder, `Pulumi.${stack}.yaml`));
  copyProgram(projectRoot, folder, stack);
  await pulumi(cluster, "stack", "select", "--create", stack);
  const configured = path.join(folder, ".configured");
  if (isFirst || !fs.existsSync(configured)) {
    await pulumi(cluster, "config", "set-all", "--path", ...settings.flatMap((setting) => ["--plaintext", setting]));
    fs.writeFileSync(configured, "");
  }
  await pulumi(cluster, "up", "--yes");
  return JSON.parse(await run("pulumi", ["stack", "output", "--json"], { cwd: folder, env })) as TrialOutputs;
}

/** Runs plain `pulumi` in the copy, on this terminal. */
async function pulumi({ folder, env }: TrialCluster, ...args: string[]): Promise<void> {
  const child = spawn("pulumi", args, { cwd: folder, env: { ...process.env, ...env }, stdio: "inherit" });
  const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (code !== 0) throw new UserError(`\`pulumi ${args.join(" ")}\` failed.\n${failureWords(folder)}`);
}
