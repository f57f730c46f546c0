import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import { signal as send } from "../../../lab/cluster/endProcesses";
import type { PulumiFolder } from "../../support/pulumiFolder";

/** A running Pulumi command, to interrupt or kill. */
export class StartedCommand {
  /** All output so far. */
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

  /** Kills it and its descendants without a grace period, as a power cut would. */
  async killAll(): Promise<void> {
    const { pid } = this.child;
    if (pid === undefined) return;
    const family = [pid, ...descendants(pid)];
    // Suspend them first, so that none starts another one meanwhile.
    for (const signal of ["SIGSTOP", "SIGKILL"] as const) for (const member of family) send(member, signal);
    await this.code;
  }

  /** Its exit code, or the signal that ended it. */
  async ended(): Promise<number | string> {
    return this.code;
  }
}

/** Whether a process exists and is not a zombie. */
export function isRunning(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  if (!fs.existsSync(file)) return false;
  const [state] = fs.readFileSync(file, "utf8").split(") ").at(-1) ?? "";
  return state !== "Z";
}

/** All descendants of a process. */
function descendants(pid: number): number[] {
  const parents = fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), parent: parentOf(name) }));
  const childrenOf = (parent: number): number[] =>
    parents.filter((entry) => entry.parent === parent).flatMap((entry) => [entry.pid, ...childrenOf(entry.pid)]);
  return childrenOf(pid);
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[1]);
  } catch {
    return undefined;
  }
}
