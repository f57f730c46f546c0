import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** File to append the output to. @default the output is only returned */
  readonly log?: string;
  /** Text for the command's standard input. */
  readonly input?: string;
  /** Timeout in whole milliseconds, after which the command is ended. @default none */
  readonly timeoutMs?: number;
}

/** A command failed. The message has the command and the end of its output; for Pulumi, all of its diagnostics. */
export class CommandFailed extends Error {
  constructor(
    readonly command: string,
    readonly code: number | string,
    readonly output: string,
    /** File with the complete output, if it was logged. */
    readonly log?: string,
  ) {
    const [diagnostics] = /^Diagnostics:\n[^]*/m.exec(output) ?? [];
    super(`${command} ended with ${code}:\n${diagnostics?.trimEnd() ?? lastLines(output, 20)}`);
  }
}

/** Runs a command to its end and returns its standard output. @throws CommandFailed */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
  });
  if (options.log) {
    fs.mkdirSync(path.dirname(options.log), { recursive: true });
    fs.appendFileSync(options.log, `$ ${command} ${args.join(" ")}\n`);
  }
  const stdout: Buffer[] = [];
  const everything: Buffer[] = [];
  const keep = (chunk: Buffer, into?: Buffer[]) => {
    into?.push(chunk);
    everything.push(chunk);
    if (options.log) fs.appendFileSync(options.log, chunk);
  };
  child.stdout?.on("data", (chunk: Buffer) => keep(chunk, stdout));
  child.stderr?.on("data", (chunk: Buffer) => keep(chunk));
  child.stdin?.end(options.input);
  const code = await new Promise<number | string>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exit, signal) => resolve(exit ?? signal ?? "no code"));
  });
  if (code !== 0) {
    throw new CommandFailed([command, ...args].join(" "), code, Buffer.concat(everything).toString(), options.log);
  }
  return Buffer.concat(stdout).toString();
}

/** The last lines of a text, for messages. */
export function lastLines(text: string, count: number): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}
