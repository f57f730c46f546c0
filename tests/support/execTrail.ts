import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { installPackages } from "../../lab/cluster/packages";
import { run } from "../../lab/support/processes";

const rule = ["always,exit", "-F", "arch=b64", "-S", "execve", "-S", "execveat"];

/** Capacity of the queue of records. The kernel counts lost ones. */
const backlog = 8192;

/**
 * The command lines of all programs that this machine starts, including those in the lab's containers and those that end at once, from the
 * kernel's audit records. Not recorded: programs that a process from before the trail executes without a fork.
 */
export class ExecTrail {
  private constructor(
    private readonly folder: string,
    private readonly daemon: ChildProcess,
    private readonly lostBefore: number,
  ) {}

  /** @throws Error if this machine runs another audit daemon: only one is possible */
  static async start(): Promise<ExecTrail> {
    await installPackages([{ file: "auditd", name: "auditd" }]);
    const { pid, lost } = await status();
    if (pid !== 0)
      throw new Error(
        `the audit daemon with PID ${pid} is running: stop it, so that the test can read the kernel's records`,
      );
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "exec-trail-"));
    fs.writeFileSync(path.join(folder, "auditd.conf"), configuration(path.join(folder, "log")), { mode: 0o640 });
    const daemon = spawn("auditd", ["-n", "-c", folder], { stdio: "ignore" });
    const trail = new ExecTrail(folder, daemon, lost);
    try {
      await trail.untilItRecords();
    } catch (error) {
      await trail.stop();
      throw error;
    }
    return trail;
  }

  /** One line for each started program. @throws Error if the kernel lost a record */
  async commandLines(): Promise<string[]> {
    // The daemon writes records in order; this one is the last.
    const mark = `exec-trail-${Date.now()}`;
    await run("true", [mark]);
    for (let attempt = 0; attempt < 100 && !this.log().includes(mark); attempt++) await wait(100);
    const lines = commandLinesOf(this.log());
    if (!lines.some((line) => line.includes(mark))) throw new Error("the audit daemon has stopped writing records");
    const lost = (await status()).lost - this.lostBefore;
    if (lost > 0) throw new Error(`the kernel lost ${lost} audit records: some command lines are missing`);
    return lines;
  }

  async stop(): Promise<void> {
    await run("auditctl", ["-d", ...rule]).catch(() => undefined);
    await run("auditctl", ["-e", "0"]);
    const ended = new Promise((resolve) => this.daemon.once("close", resolve));
    if (this.daemon.exitCode === null && this.daemon.kill()) await ended;
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  private log(): string {
    const file = path.join(this.folder, "log");
    return fs.existsSync(file) ? fs.readFileSync(file, "latin1") : "";
  }

  private async untilItRecords(): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt++) {
      if (this.daemon.exitCode !== null) break;
      if ((await status()).pid === this.daemon.pid) {
        await run("auditctl", ["-b", String(backlog), "-a", ...rule]);
        return;
      }
      await wait(100);
    }
    throw new Error(
      "the audit daemon does not start: it needs the capabilities AUDIT_CONTROL and AUDIT_READ on the machine itself",
    );
  }
}

async function status(): Promise<{ readonly pid: number; readonly lost: number }> {
  const text = await run("auditctl", ["-s"]);
  const number = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1] ?? NaN);
  return { pid: number("pid"), lost: number("lost") };
}

/** Decodes arguments of records: quoted, or hexadecimal if they have quotes, spaces or other characters; long ones in parts. */
export function commandLinesOf(log: string): string[] {
  const records = log.split("\n").filter((line) => line.startsWith("type=EXECVE "));
  const byEvent = new Map<string, string[]>();
  for (const record of records) {
    const event = /audit\(([^)]+)\)/.exec(record)?.[1] ?? "";
    const words = byEvent.get(event) ?? byEvent.set(event, []).get(event);
    for (const [, index, quoted, digits] of record.matchAll(/ a(\d+)(?:\[\d+\])?=(?:"([^"]*)"|([0-9A-F]+))/g)) {
      if (words === undefined) continue;
      const text = quoted ?? Buffer.from(digits ?? "", "hex").toString();
      words[Number(index)] = (words[Number(index)] ?? "") + text;
    }
  }
  return [...byEvent.values()].map((words) => words.join(" "));
}

function configuration(log: string): string {
  const ignored = ["space_left_action", "admin_space_left_action", "max_log_file_action"];
  return [
    ...[
      `log_file = ${log}`,
      "log_format = RAW",
      "flush = NONE",
      "num_logs = 0",
      "space_left = 2",
      "admin_space_left = 1",
    ],
    ...ignored.map((name) => `${name} = IGNORE`),
    ...["disk_full_action = SUSPEND", "disk_error_action = SUSPEND", ""],
  ].join("\n");
}
