import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import * as fs from "node:fs";

/** Descriptor of the file that a tied program inherits. */
export const inheritedDescriptor = 4;

/** Milliseconds between two checks of whether the parent still runs. */
const checkMs = 1000;

/**
 * Executes the program in place of this shell. A second process reads from a pipe that this Node process holds open: when
 * the pipe closes without a line, it kills the program. A parent that was killed cannot do that itself.
 */
const tie = '{ read -r line <&3 || kill $$; } </dev/null >/dev/null 2>&1 & exec "$@" 3<&-';

/**
 * Starts a program that ends with this process, even if this one is ended by `kill -9`. On Windows the program ends only
 * when this process exits by itself. A missing program exits with 127, or raises an `error` event on Windows.
 * @param inherited an open file that the program gets as {@link inheritedDescriptor}
 */
export function startTied(program: string, args: readonly string[], inherited?: number): ChildProcess {
  const isWindows = process.platform === "win32";
  const file = inherited === undefined ? [] : [inherited];
  const child = isWindows
    ? spawn(program, args, { stdio: "pipe" })
    : spawn("/bin/sh", ["-c", tie, "sh", program, ...args], { stdio: ["pipe", "pipe", "pipe", "pipe", ...file] });
  const end = () => void child.kill();
  process.once("exit", end);
  child.once("exit", () => {
    process.removeListener("exit", end);
    const line = child.stdio[3] as Socket | undefined;
    line?.end("\n", () => line.destroy());
  });
  child.stdio[3]?.on("error", () => undefined);
  return child;
}

/**
 * Ends this process about a second after the one that started it. The official command plugin kills only the script when
 * you press Ctrl-C, and a killed CLI leaves its plugins running: on Linux the grandparent is checked too.
 */
export function endWithParent(): void {
  const parent = process.ppid;
  const grandparent = parentOf(parent);
  const isGone = () => process.ppid !== parent || !isRunning(parent) || parentOf(parent) !== grandparent;
  setInterval(() => isGone() && process.exit(1), checkMs).unref();
}

/** undefined without /proc. */
function parentOf(pid: number): string | undefined {
  try {
    return fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[1];
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
