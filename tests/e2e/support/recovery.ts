import { StartedCommand } from "../../plugins/support/startedCommand";
import type { LabSite } from "./labSite";

/** Seconds after which the wait for a moment ends. No promise: an `up` beside others reaches its last moments late. */
const timeoutSeconds = 300;

/** A moment of an `up` or `destroy`, as the cluster shows it. */
export interface Moment {
  readonly name: string;
  readonly isNow: () => Promise<boolean>;
}

/** Starts a command of Pulumi's on a site, waits for the moment, and does something then. @returns what it printed in the end */
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
    if (hasEnded) throw new Error(`it ended before:\n${started.output}`);
    await act(started);
  } catch (error) {
    await started.killAll();
    throw error;
  }
  return { code: await started.ended(), output: started.output };
}

/** Kills a command at a moment, with all that it started, as a power cut would. */
export async function killedAt(site: LabSite, command: readonly [string, ...string[]], moment: Moment): Promise<void> {
  await duringCommand(site, command, moment, (started) => started.killAll());
}

/**
 * What docs/how-to/recover-from-a-crash.md says, and no more.
 * @param up the `up` in it
 * @returns whether objects had to be taken over
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
