import { StartedCommand } from "../../plugins/support/startedCommand";
import type { LabSite } from "./labSite";

/** Timeout for a moment, in seconds: an `up` beside others reaches its last moments late. */
const timeoutSeconds = 300;

/** A moment of an `up` or `destroy`, recognized by the cluster's state. */
export interface Moment {
  readonly name: string;
  readonly isNow: () => Promise<boolean>;
}

/** Starts a command of Pulumi on a site, waits for the moment, and calls `act`. @returns the command's output and exit code */
export async function duringCommand(
  site: LabSite,
  [command, ...flags]: readonly [string, ...string[]],
  { name, isNow }: Moment,
  act: (started: StartedCommand) => Promise<void> | void,
): Promise<{ readonly output: string; readonly code: number | string }> {
  const started = new StartedCommand(site.project, command, "--yes", ...flags);
  let hasEnded = false;
  void started.ended().then(() => (hasEnded = true));
  try {
    await site.cluster.until(`${command}: ${name}`, timeoutSeconds, async () => hasEnded || isNow());
    if (hasEnded) throw new Error(`the command ended before:\n${started.output}`);
    await act(started);
  } catch (error) {
    await started.killAll();
    throw error;
  }
  return { code: await started.ended(), output: started.output };
}

/** Kills a command and all its processes at a moment, as a power cut would. */
export async function killedAt(site: LabSite, command: readonly [string, ...string[]], moment: Moment): Promise<void> {
  await duringCommand(site, command, moment, (started) => started.killAll());
}

/**
 * Follows docs/how-to/recover-from-a-crash.md.
 * @param up runs its `pulumi up`
 * @returns whether existing objects had to be adopted
 */
export async function recover({ project }: LabSite, up: () => Promise<unknown>): Promise<boolean> {
  await project.cancel();
  await project.refresh("--clear-pending-creates");
  try {
    await up();
    return false;
  } catch (error) {
    if (!allOf(error).includes("already exists")) throw error;
    await project.configure({ "kubernetes:upsertExistingObjects": "true" });
    await up();
    return true;
  } finally {
    await project.pulumi("config", "rm", "kubernetes:upsertExistingObjects");
  }
}

function allOf(error: unknown): string {
  return error instanceof Error ? `${error.message}\n${"output" in error ? String(error.output) : ""}` : String(error);
}
