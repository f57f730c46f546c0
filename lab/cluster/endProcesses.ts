import { setTimeout as wait } from "node:timers/promises";
import { readProcesses, type ProcessEntry } from "./processTable";

/** Grace period in milliseconds between SIGTERM and SIGKILL. */
const graceMs = 10_000;
/** Timeout in milliseconds for a killed process to end. */
const killMs = 20_000;

/** Sends a signal to a process; ignores that it may have ended meanwhile. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/**
 * Sends SIGTERM to the processes that `which` selects, and kills those that do not end within 10 s.
 * @throws Error if some survive SIGKILL
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
 * Kills the processes that `which` selects, and those that they start meanwhile, until none is left.
 * @throws Error if some are left after 20 s
 */
export async function killProcesses(which: (entry: ProcessEntry) => boolean): Promise<void> {
  const deadline = Date.now() + killMs;
  for (;;) {
    const found = readProcesses().filter(which);
    if (found.length === 0) return;
    if (Date.now() > deadline) {
      const names = found.map(({ pid, argv }) => `${pid} (${argv.join(" ").slice(0, 80)})`);
      throw new Error(`these processes could not be killed within ${killMs / 1000} s: ${names.join(", ")}`);
    }
    found.forEach(({ pid }) => signal(pid, "SIGKILL"));
    await wait(50);
  }
}
