import { setTimeout as wait } from "node:timers/promises";
import { readProcesses, type ProcessEntry } from "./processTable";

/** Milliseconds that a process which was told to end gets before it is killed. */
const graceMs = 10_000;
/** Milliseconds until a killed process counts as one that cannot be ended. */
const killMs = 20_000;

/** Sends a signal to a process that may have ended meanwhile. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/**
 * Asks the processes that `which` picks to end, and kills those that do not within 10 s.
 * @throws Error when some outlive even that
 */
export async function endProcesses(which: (entry: ProcessEntry) => boolean): Promise<void> {
  readProcesses()
    .filter(which)
    .forEach(({ pid }) => signal(pid, "SIGTERM"));
  const deadline = Date.now() + graceMs;
  while (readProcesses().some(which) && Date.now() < deadline) await wait(50);
  await killProcesses(which);
}

/**
 * Kills the processes that `which` picks, and those that they start meanwhile, until there are none.
 * @throws Error when some are still there after 20 s
 */
export async function killProcesses(which: (entry: ProcessEntry) => boolean): Promise<void> {
  const deadline = Date.now() + killMs;
  for (;;) {
    const found = readProcesses().filter(which);
    if (found.length === 0) return;
    if (Date.now() > deadline) {
      const names = found.map(({ pid, argv }) => `${pid} (${argv.join(" ").slice(0, 80)})`);
      throw new Error(`could not be killed within ${killMs / 1000} s: ${names.join(", ")}`);
    }
    found.forEach(({ pid }) => signal(pid, "SIGKILL"));
    await wait(50);
  }
}
