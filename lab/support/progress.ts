import { performance } from "node:perf_hooks";
import { CommandFailed } from "./processes";

/** Milliseconds between progress updates of a long step, on a terminal and in a log. */
const updateMs = { terminal: 1_000, log: 30_000 } as const;

interface RunningStep {
  readonly title: string;
  readonly begun: number;
}

/** Running steps, each nested in the previous one. */
const running: RunningStep[] = [];

/**
 * Runs a step of long work and reports it on the terminal: its title when it begins, the elapsed time while it runs, the total time when
 * it ends. A failed step is marked, and the error is thrown to the caller. Steps may be nested, but not parallel.
 */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const own = { title, begun: performance.now() };
  running.push(own);
  write(`  … ${title}`, !isTerminal());
  const period = isTerminal() ? updateMs.terminal : updateMs.log;
  const signs = setInterval(() => showAlive(own), period);
  try {
    const result = await work();
    write(`  ✓ ${title} (${duration(performance.now() - own.begun)})`, true);
    return result;
  } catch (error) {
    write(`  ✗ ${title} (after ${duration(performance.now() - own.begun)})`, true);
    throw error;
  } finally {
    clearInterval(signs);
    running.pop();
    const outer = running.at(-1);
    if (outer && isTerminal()) showAlive(outer);
  }
}

/** An error that the user can fix. Its message says what failed and what to do; it is printed without a stack trace. */
export class UserError extends Error {}

/** Runs a command's main function. If it fails, prints the error and sets the exit code. */
export function main(work: () => Promise<void>): void {
  work().catch((error: unknown) => {
    process.stderr.write(`\n${explain(error)}\n`);
    process.exitCode = 1;
  });
}

/** Formats an error for users: what failed, and what to do. */
export function explain(error: unknown): string {
  if (error instanceof UserError) return error.message;
  const advice =
    'Completed steps are kept: run the command again. If it fails the same way, see "When something fails" in lab/README.md.';
  if (error instanceof CommandFailed) {
    return [
      error.message,
      ...(error.log === undefined ? [] : [`The complete output is in ${error.log}.`]),
      advice,
    ].join("\n\n");
  }
  return `${error instanceof Error ? error.stack : String(error)}\n\n${advice}`;
}

/** Formats a duration, e.g. `3.2 s` or `4 min 7 s`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`;
}

function showAlive(shown: RunningStep): void {
  // Only the innermost step reports progress.
  if (shown !== running.at(-1)) return;
  write(`  … ${shown.title} (${duration(performance.now() - shown.begun)} so far)`, !isTerminal());
}

/** Writes a line; on a terminal, it replaces the cursor's line. */
function write(line: string, ended: boolean): void {
  const end = ended ? "\n" : "";
  if (!isTerminal()) process.stderr.write(line + end);
  // A line that does not fit would be broken, and only its last part could be written again. Some terminals say 0.
  else process.stderr.write(`\r\x1b[K${ended ? line : line.slice(0, (process.stderr.columns || 80) - 1)}${end}`);
}

function isTerminal(): boolean {
  return process.stderr.isTTY;
}
