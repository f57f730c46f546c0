import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { labPaths, stateRoot } from "../support/paths";
import { lastLines } from "../support/processes";
import { UserError } from "../support/progress";
import { endProcesses } from "./endProcesses";
import { folders } from "./layout";
import { readProcess, readProcesses, type ProcessEntry } from "./processTable";
import { until } from "./waiting";

/** A program that runs as long as the lab. */
export interface Daemon {
  /** Unique among the lab's daemons, e.g. `kubelet-k1`: names its log and its PID file. */
  readonly name: string;
  /** Name that the program is called by, e.g. `kubelet`. */
  readonly part: string;
  /** The program's file. */
  readonly executable: string;
  readonly args: readonly string[];
  /** Files that it reads when it starts, by path. It is restarted if one changes. */
  readonly files: Readonly<Record<string, string>>;
  /** Whether it is ready for work. */
  readonly ready: () => Promise<boolean>;
}

/** Timeout in milliseconds for a daemon to become ready. */
const readyMs = 90_000;

/** The log of a daemon. The log of its previous run is next to it, with the suffix `.previous`. */
export function daemonLog(name: string): string {
  return path.join(labPaths.logs, `${name}.log`);
}

/** A daemon did not become ready. */
export class DaemonFailed extends UserError {
  constructor(
    readonly daemon: Daemon,
    /** Whether it exited; otherwise it timed out. */
    readonly hasEnded: boolean,
  ) {
    const log = daemonLog(daemon.name);
    const outcome = hasEnded ? "exited" : `was not ready within ${readyMs / 1000} s`;
    super(
      `${daemon.name} ${outcome}. The end of ${log}:\n\n${lastLines(readIfThere(log), 20)}\n\n` +
        "Run `npm run lab -- up` again. If it fails the same way, start from scratch: `npm run lab -- down`, then `npm run lab -- up`.",
    );
  }
}

/** Starts a daemon unless it already runs with its current configuration. Does not wait until it is ready. */
export async function startDaemon(daemon: Daemon): Promise<void> {
  const changed = writeChanged(daemon.files);
  if (!changed && runningPid(daemon) !== undefined) return;
  await stopDaemon(daemon);
  const link = path.join(folders.parts, daemon.part);
  fs.mkdirSync(folders.parts, { recursive: true });
  fs.rmSync(link, { force: true });
  fs.symlinkSync(daemon.executable, link);
  fs.mkdirSync(labPaths.logs, { recursive: true });
  const log = daemonLog(daemon.name);
  if (fs.existsSync(log)) fs.renameSync(log, `${log}.previous`);
  const output = fs.openSync(log, "w");
  const child = spawn(link, daemon.args, {
    argv0: link,
    cwd: "/",
    detached: true,
    env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME: stateRoot },
    stdio: ["ignore", output, output],
  });
  fs.closeSync(output);
  await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
  child.unref();
  fs.mkdirSync(folders.pids, { recursive: true });
  fs.writeFileSync(pidFile(daemon.name), `${child.pid}\n`);
}

/** Waits until a started daemon is ready. @throws DaemonFailed */
export async function awaitDaemon(daemon: Daemon): Promise<void> {
  const ended = () => runningPid(daemon) === undefined;
  if (!(await until(daemon.ready, readyMs, ended))) throw new DaemonFailed(daemon, ended());
}

/** Ends a daemon if it runs, even with an outdated command line. */
export async function stopDaemon({ name, part }: Pick<Daemon, "name" | "part">): Promise<void> {
  const pid = readPid(name);
  if (pid !== undefined) await endProcesses((entry) => entry.pid === pid && isCalled(part, entry));
  fs.rmSync(pidFile(name), { force: true });
}

/** The PID of the daemon if it runs with exactly this command line and program; otherwise undefined. */
export function runningPid(daemon: Daemon): number | undefined {
  const pid = readPid(daemon.name);
  const entry = pid === undefined ? undefined : readProcess(pid);
  if (entry && isRunOf(daemon, entry)) return pid;
  // The PID file may be lost or stale, and a second instance would compete with the first for its port.
  return readProcesses().find((candidate) => isRunOf(daemon, candidate))?.pid;
}

/** Whether a process is an instance of this daemon: the kernel may have reused the PID. */
export function isRunOf(daemon: Pick<Daemon, "part" | "args" | "executable">, entry: ProcessEntry): boolean {
  const argv = [path.join(folders.parts, daemon.part), ...daemon.args];
  const same = argv.length === entry.argv.length && argv.every((argument, index) => argument === entry.argv[index]);
  return same && entry.executable === realPath(daemon.executable);
}

/** The PID in a PID file. It may no longer belong to the daemon. */
function readPid(name: string): number | undefined {
  const pid = Number.parseInt(readIfThere(pidFile(name)), 10);
  return Number.isNaN(pid) ? undefined : pid;
}

function isCalled(part: string, entry: ProcessEntry): boolean {
  return entry.argv[0] === path.join(folders.parts, part);
}

function pidFile(name: string): string {
  return path.join(folders.pids, `${name}.pid`);
}

function realPath(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    return file;
  }
}

function readIfThere(file: string): string {
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
}

/** Writes the files whose content has changed. @returns whether any had */
function writeChanged(files: Readonly<Record<string, string>>): boolean {
  const changed = Object.entries(files).filter(([file, content]) => readIfThere(file) !== content);
  for (const [file, content] of changed) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content, { mode: 0o600 });
  }
  return changed.length > 0;
}
