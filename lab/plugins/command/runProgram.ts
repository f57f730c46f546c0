import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import { StringDecoder } from "node:string_decoder";
import type { ResourceRequest } from "../support/provider";

/** Output of a command, without the trailing line break. */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs a script. */
export interface ProgramRun {
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** Added to this process's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Folder to run it in. @default this process's */
  readonly dir?: string | undefined;
  readonly stdin: string;
  /** Which of its outputs are shown while it runs: `stdout`, `stderr`, `stdoutAndStderr`, or none of them. */
  readonly logging: string;
  readonly request: ResourceRequest;
  /** Whether its child processes end with it. The official plugin kills only a local script itself, and waits for every process that has its output open. */
  readonly endsGroup: boolean;
}

/** A program failed: its exit code was not 0. */
export class ProgramFailed extends Error {
  constructor(
    /** Its exit code; undefined if a signal ended it or it did not start. */
    readonly code: number | undefined,
    /** Its output on stdout and stderr. */
    readonly printed: string,
    message: string,
  ) {
    super(message);
  }
}

/** Go's names, and so the official plugin's, for the signals that end a script. */
const signalNames: Partial<Record<NodeJS.Signals, string>> = {
  SIGHUP: "hangup",
  SIGINT: "interrupt",
  SIGKILL: "killed",
  SIGTERM: "terminated",
};

const running = new Set<ChildProcess>();

/** Kills the programs whose process group ends with them. Others keep running, as with the official plugin. */
export function endRunningPrograms(): void {
  running.forEach((child) => endGroup(child, "SIGKILL"));
}

/** Runs a program to its end. @throws ProgramFailed */
export async function runProgram(run: ProgramRun): Promise<CommandOutput> {
  const { command, env, dir, stdin, logging, request, endsGroup } = run;
  const lost = dir === undefined ? undefined : folderProblem(dir);
  if (lost !== undefined) throw new ProgramFailed(undefined, "", lost);
  const [program, ...args] = command;
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: "pipe",
    detached: endsGroup,
    ...(dir === undefined ? {} : { cwd: dir }),
  });
  if (endsGroup) running.add(child);
  const cancel = () => void (endsGroup ? endGroup(child, "SIGTERM") : child.kill("SIGKILL"));
  request.signal.addEventListener("abort", cancel);
  const printed: Buffer[] = [];
  const collect = (stream: NodeJS.ReadableStream, name: "stdout" | "stderr") => {
    const chunks: Buffer[] = [];
    const lines = logging === name || logging === "stdoutAndStderr" ? lineLogger(request) : undefined;
    stream.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      printed.push(chunk);
      lines?.(chunk);
    });
    stream.on("end", () => lines?.(Buffer.from("\n")));
    return () => Buffer.concat(chunks).toString().replace(/\n$/, "");
  };
  const [stdout, stderr] = [collect(child.stdout, "stdout"), collect(child.stderr, "stderr")];
  // A command that does not read its input closes it. That is not a failure of the command.
  child.stdin.on("error", () => undefined);
  child.stdin.end(stdin);
  const failure = await new Promise<{ code?: number; message: string } | undefined>((resolve) => {
    child.on("error", ({ message }) => resolve({ message }));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(undefined);
      else if (signal) resolve({ message: `signal: ${signalNames[signal] ?? signal}` });
      else resolve({ ...(code !== null && { code }), message: `exit status ${code}` });
    });
  });
  running.delete(child);
  request.signal.removeEventListener("abort", cancel);
  if (failure) throw new ProgramFailed(failure.code, Buffer.concat(printed).toString(), failure.message);
  return { stdout: stdout(), stderr: stderr() };
}

/** Explains a missing working folder, for which Node blames the interpreter. */
function folderProblem(folder: string): string | undefined {
  const found = fs.statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return `chdir ${folder}: no such file or directory`;
  return found.isDirectory() ? undefined : `chdir ${folder}: not a directory`;
}

function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has just ended by itself.
  }
}

/** Passes complete lines to the engine, which shows them while the command runs. */
function lineLogger(request: ResourceRequest): (chunk: Buffer) => void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  return (chunk) => {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") request.status("INFO", line);
  };
}
