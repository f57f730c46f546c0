import { performance } from "node:perf_hooks";
import { CommandFailed } from "./processes";

/** Milliseconds between two signs of life of a long step, where a line can be written again and where it cannot. */
const signsOfLifeMs = { terminal: 1_000, log: 30_000 } as const;

interface RunningStep {
  readonly title: string;
  readonly begun: number;
}

/** Steps that run, each inside of the one before. */
const running: RunningStep[] = [];

/**
 * Runs one step of long work and says so on the terminal: its title when it begins, how long it has been at it, its
 * time when it ends. A failed step is marked and the error goes on to the caller. A step may have steps inside, one
 * after the other.
 */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const own = { title, begun: performance.now() };
  running.push(own);
  write(`  … ${title}`, !isTerminal());
  const period = isTerminal() ? signsOfLifeMs.terminal : signsOfLifeMs.log;
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

/** An error that its message explains completely: what is wrong and what to do. Printed without a stack. */
export class UserError extends Error {}

/** Runs a command's main function; prints a failure as people want to read it and sets the exit code. */
export function main(work: () => Promise<void>): void {
  work().catch((error: unknown) => {
    process.stderr.write(`\n${explain(error)}\n`);
    process.exitCode = 1;
  });
}

/** What to print about an error: what happened, and what to do about it. */
export function explain(error: unknown): string {
  if (error instanceof UserError) return error.message;
  const advice =
    'What was done so far is kept: try again. If it ends the same way: lab/README.md, "When something fails".';
  if (error instanceof CommandFailed) {
    return [error.message, ...(error.log === undefined ? [] : [`All of it is in ${error.log}.`]), advice].join("\n\n");
  }
  return `${error instanceof Error ? error.stack : String(error)}\n\n${advice}`;
}

/** A span of time as people say it, e.g. `3.2 s` or `4 min 7 s`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`;
}

function showAlive(shown: RunningStep): void {
  // One inside shows the life of all around it.
  if (shown !== running.at(-1)) return;
  write(`  … ${shown.title} (${duration(performance.now() - shown.begun)} so far)`, !isTerminal());
}

/** Writes a line; on a terminal, in place of the one that the cursor is in. */
function write(line: string, ended: boolean): void {
  const end = ended ? "\n" : "";
  if (!isTerminal()) process.stderr.write(line + end);
  // A line that does not fit would be broken, and only its last part could be written again. Some terminals say 0.
  else process.stderr.write(`\r\x1b[K${ended ? line : line.slice(0, (process.stderr.columns || 80) - 1)}${end}`);
}

function isTerminal(): boolean {
  return process.stderr.isTTY;
}
