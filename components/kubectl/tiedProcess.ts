import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import * as fs from "node:fs";

/** Descriptor of the file that a tied program inherits. */
export const inheritedDescriptor = 4;

/** Milliseconds between two checks of whether the parent is still there. */
const checkMs = 1000;

/**
 * Becomes the program. A second process waits on the other end of a pipe for as long as this one lives: when the pipe closes
 * without a line, it ends the program. A killed parent could not do that.
 */
const tie = '{ read -r line <&3 || kill $$; } </dev/null >/dev/null 2>&1 & exec "$@" 3<&-';

/**
 * Starts a program that ends with this process, even by `kill -9`. On Windows it ends with this process's own end only.
 * A missing program ends with 127, or with an `error` event on Windows.
 * @param inherited an open file that the program finds as {@link inheritedDescriptor}
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
 * Ends this process within a second or so of the one that started it. The official command plugin kills the script alone when
 * you press Ctrl-C, and a CLI that is killed leaves its plugins: on Linux the parent's own parent counts too.
 */
export function endWithParent(): void {
  const parent = process.ppid;
  const grandparent = parentOf(parent);
  const isGone = () => process.ppid !== parent || !isRunning(parent) || parentOf(parent) !== grandparent;
  setInterval(() => isGone() && process.exit(1), checkMs).unref();
}

/** undefined where there is no /proc to read it from. */
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
