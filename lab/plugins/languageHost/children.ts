import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import * as path from "node:path";

/** Grace period in milliseconds for an interrupted program, as in the official language host. */
const graceMs = 5000;

const running = new Set<ChildProcess>();

export interface NodeProgram {
  /** Arguments of node: its options, the script, the script's arguments. */
  readonly args: readonly string[];
  readonly folder: string;
  /** The complete environment of the process. */
  readonly env: NodeJS.ProcessEnv;
}

/** Starts node as a process that ends with this one. Its output comes through pipes. */
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

/** Waits for a process and all of its output. @returns the exit code, or the name of the signal that ended it */
export async function ended(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? signal ?? "no exit code"));
  });
}

/** Interrupts all processes, and kills those that do not end. */
export function interruptAll(): void {
  for (const child of running) {
    child.kill("SIGINT");
    setTimeout(() => child.kill("SIGKILL"), graceMs).unref();
  }
}

/** Kills all processes. */
export function killAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

/**
 * Resolves a module's file, as a program in the folder would load it.
 * @throws Error that names the install command if the module is missing
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
