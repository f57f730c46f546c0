import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import { StringDecoder } from "node:string_decoder";
import type { PlainObject } from "../support/propertyValues";
import type { ResourceRequest } from "../support/provider";

/** What a command printed, each without its last line end. */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
}

export interface ShellRun {
  readonly script: string;
  /** The command's inputs. */
  readonly inputs: PlainObject;
  /** What the last run printed. */
  readonly last: CommandOutput;
  readonly request: ResourceRequest;
}

/** What Go, and so the official plugin, calls the signals that end a script. */
const signalNames: Partial<Record<NodeJS.Signals, string>> = {
  SIGHUP: "hangup",
  SIGINT: "interrupt",
  SIGKILL: "killed",
  SIGTERM: "terminated",
};

const running = new Set<ChildProcess>();

/** Ends all scripts that are running, and what they started, at once: nobody is left to wait for them. */
export function endRunningShells(): void {
  running.forEach((child) => endGroup(child, "SIGKILL"));
}

/** Runs a script as the inputs say. @throws Error with the official plugin's words and everything that was printed */
export async function runShell({ script, inputs, last, request }: ShellRun): Promise<CommandOutput> {
  const [program = "/bin/sh", ...options] = interpreter(inputs);
  const lost = typeof inputs.dir === "string" ? folderProblem(inputs.dir) : undefined;
  if (lost) throw scriptError(lost, script);
  const child = spawn(program, [...options, script], {
    env: { ...process.env, ...variables(inputs, last) },
    stdio: "pipe",
    detached: true,
    ...(typeof inputs.dir === "string" && { cwd: inputs.dir }),
  });
  running.add(child);
  const cancel = () => endGroup(child, "SIGTERM");
  request.signal.addEventListener("abort", cancel);
  const { logging = "stdoutAndStderr" } = inputs;
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
  // A command that does not read its input closes it, which is no failure of the command.
  child.stdin.on("error", () => undefined);
  child.stdin.end(typeof inputs.stdin === "string" ? inputs.stdin : "");
  const failure = await new Promise<string | undefined>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) =>
      resolve(code === 0 ? undefined : signal ? `signal: ${signalNames[signal] ?? signal}` : `exit status ${code}`),
    );
  });
  running.delete(child);
  request.signal.removeEventListener("abort", cancel);
  if (failure !== undefined) {
    throw scriptError(failure, script, Buffer.concat(printed).toString());
  }
  return { stdout: stdout(), stderr: stderr() };
}

function scriptError(failure: string, script: string, printed = ""): Error {
  return new Error(`${failure}: running ${JSON.stringify(script)}:\n${printed}`);
}

/** Node blames the interpreter for a working folder that is not there. */
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

function interpreter(inputs: PlainObject): string[] {
  const given = inputs.interpreter;
  return Array.isArray(given) && given.length > 0 ? (given as string[]) : ["/bin/sh", "-c"];
}

function variables(inputs: PlainObject, last: CommandOutput): Record<string, string> {
  const { environment, addPreviousOutputInEnv } = inputs;
  const own = typeof environment === "object" && environment !== null ? environment : {};
  return {
    ...(own as Record<string, string>),
    ...(addPreviousOutputInEnv !== false && last.stdout !== "" && { PULUMI_COMMAND_STDOUT: last.stdout }),
    ...(addPreviousOutputInEnv !== false && last.stderr !== "" && { PULUMI_COMMAND_STDERR: last.stderr }),
  };
}

/** Passes whole lines on to the engine, which shows them while the command runs. */
function lineLogger(request: ResourceRequest): (chunk: Buffer) => void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  return (chunk) => {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") request.status("INFO", line);
  };
}
