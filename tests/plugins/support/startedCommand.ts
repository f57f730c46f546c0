import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import type { PulumiFolder } from "../../support/pulumiFolder";

/** A command of Pulumi's that is left running, to be interrupted or killed. */
export class StartedCommand {
  /** Everything that it printed so far. */
  output = "";
  private readonly child: ChildProcess;
  private readonly code: Promise<number | string>;

  constructor(program: Pick<PulumiFolder, "folder" | "environment">, ...args: string[]) {
    this.child = spawn("pulumi", [...args, "--non-interactive", "--color=never"], {
      cwd: program.folder,
      env: { ...process.env, ...program.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const keep = (chunk: Buffer) => (this.output += chunk.toString());
    this.child.stdout?.on("data", keep);
    this.child.stderr?.on("data", keep);
    this.code = new Promise((resolve, reject) => {
      this.child.on("error", reject);
      this.child.on("exit", (code, signal) => resolve(code ?? signal ?? "no code"));
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Its exit code, or the signal that ended it. */
  async ended(): Promise<number | string> {
    return this.code;
  }
}

/** Whether a process is there and no zombie. */
export function isRunning(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  if (!fs.existsSync(file)) return false;
  const [state] = fs.readFileSync(file, "utf8").split(") ").at(-1) ?? "";
  return state !== "Z";
}
