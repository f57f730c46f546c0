import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import * as path from "node:path";

/** Milliseconds that an interrupted program has to end by itself, as the official language host has it. */
const graceMs = 5000;

const running = new Set<ChildProcess>();

export interface NodeProgram {
  /** Arguments of node: its options, the script, the script's arguments. */
  readonly args: readonly string[];
  readonly folder: string;
  /** All of the process's environment. */
  readonly env: NodeJS.ProcessEnv;
}

/** Starts node as a process that does not outlive this one. Its output comes through pipes. */
export function startNode({ args, folder, env }: NodeProgram): ChildProcess {
  const child = spawn("node", ["--require", path.join(__dirname, "preload.js"), ...args], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  running.add(child);
  child.on("close", () => running.delete(child));
  return child;
}

/** Waits for a process and all of its output. A signal's name stands for the code where a signal ended it. */
export async function ended(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? signal ?? "no exit code"));
  });
}

/** Asks all processes to end, and ends those that do not. */
export function interruptAll(): void {
  for (const child of running) {
    child.kill("SIGINT");
    setTimeout(() => child.kill("SIGKILL"), graceMs).unref();
  }
}

/** Ends all processes at once. */
export function killAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

/**
 * File of a module, as a program in the folder would load it.
 * @throws Error that names the command to run when it is not installed
 */
export function moduleFile(name: string, folder: string, installCommand: string): string {
  try {
    return createRequire(path.join(folder, "index.js")).resolve(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    const message = `It looks like the Pulumi SDK has not been installed. Have you run ${installCommand}?`;
    throw new Error(message, { cause: error });
  }
}
