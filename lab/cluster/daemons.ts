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

/** A program that runs for as long as the lab does. */
export interface Daemon {
  /** Unique among the lab's daemons, e.g. `kubelet-k1`: names its log and its pid file. */
  readonly name: string;
  /** Name that the program is called by, e.g. `kubelet`. */
  readonly part: string;
  /** The program's file. */
  readonly executable: string;
  readonly args: readonly string[];
  /** Files that it reads at its start, by path. It is started anew when one changes. */
  readonly files: Readonly<Record<string, string>>;
  /** Whether it does its work. */
  readonly ready: () => Promise<boolean>;
}

/** Milliseconds that a daemon gets until it is ready. */
const readyMs = 90_000;

/** The file that takes what a daemon prints. That of its run before is next to it, named `.previous`. */
export function daemonLog(name: string): string {
  return path.join(labPaths.logs, `${name}.log`);
}

/** A daemon that did not get ready. */
export class DaemonFailed extends UserError {
  constructor(
    readonly daemon: Daemon,
    /** Whether it ended by itself, rather than took too long. */
    readonly hasEnded: boolean,
  ) {
    const log = daemonLog(daemon.name);
    const outcome = hasEnded ? "ended by itself" : `was not ready within ${readyMs / 1000} s`;
    super(
      `${daemon.name} ${outcome}. The end of ${log}:\n\n${lastLines(readIfThere(log), 20)}\n\n` +
        "Try `npm run lab -- up` again; if that ends the same way, `npm run lab -- down` first, for a start from nothing.",
    );
  }
}

/** Starts a daemon unless it runs already as it should. It is not ready yet when this ends. */
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

/** Ends a daemon if it runs, also with another command line than it would have now. */
export async function stopDaemon({ name, part }: Pick<Daemon, "name" | "part">): Promise<void> {
  const pid = readPid(name);
  if (pid !== undefined) await endProcesses((entry) => entry.pid === pid && isCalled(part, entry));
  fs.rmSync(pidFile(name), { force: true });
}

/** The daemon's process, if it runs with this very command line and program; undefined else. */
export function runningPid(daemon: Daemon): number | undefined {
  const pid = readPid(daemon.name);
  const entry = pid === undefined ? undefined : readProcess(pid);
  if (entry && isRunOf(daemon, entry)) return pid;
  // The file may be lost or stale, and a second run would only fight with the first for its port.
  return readProcesses().find((candidate) => isRunOf(daemon, candidate))?.pid;
}

/** Whether a process is a run of this daemon: a number alone may have gone to somebody else since. */
export function isRunOf(daemon: Pick<Daemon, "part" | "args" | "executable">, entry: ProcessEntry): boolean {
  const argv = [path.join(folders.parts, daemon.part), ...daemon.args];
  const same = argv.length === entry.argv.length && argv.every((argument, index) => argument === entry.argv[index]);
  return same && entry.executable === realPath(daemon.executable);
}

/** The process that a pid file names. Nothing says that it still is the daemon. */
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

/** Writes the files whose content is another by now; whether there was one. */
function writeChanged(files: Readonly<Record<string, string>>): boolean {
  const changed = Object.entries(files).filter(([file, content]) => readIfThere(file) !== content);
  for (const [file, content] of changed) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content, { mode: 0o600 });
  }
  return changed.length > 0;
}
