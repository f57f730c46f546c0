import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { removeRules } from "../../../lab/cluster/firewall";
import { cgroupRoot, folders } from "../../../lab/cluster/layout";
import { removeLinks } from "../../../lab/cluster/network";
import { stateRoot } from "../../../lab/support/paths";

/** A process with its command line as one string. */
export interface RunningProcess {
  readonly pid: number;
  readonly command: string;
}

/** The lab's daemons. */
export function daemons(): RunningProcess[] {
  return processes().filter(({ command }) => command.startsWith(`${folders.parts}/`));
}

/** Kills one daemon, by its name in the lab, e.g. `kubelet-k1`. */
export async function killDaemon(name: string): Promise<void> {
  const pid = Number(fs.readFileSync(path.join(folders.pids, `${name}.pid`), "utf8"));
  await kill(({ pid: candidate }) => candidate === pid);
}

/** Kills the daemons and the shims, but not the processes in pods. */
export async function killDaemonsAndShims(): Promise<void> {
  await kill(({ command }) => command.includes(`${stateRoot}/`));
}

/** Removes what a reboot removes: processes, mounts and control groups. Files stay, including stale PID files. */
export async function pretendReboot(): Promise<void> {
  await kill(({ command, pid }) => command.includes(`${stateRoot}/`) || isInLabsGroup(pid));
  const script = `
    sed -n 's|.* \\(${stateRoot}/[^ ]*\\) .*|\\1|p' /proc/self/mounts | sort -r | xargs --no-run-if-empty umount --lazy
    find /sys/fs/cgroup -depth -type d -path '*${cgroupRoot}*' -exec rmdir {} +
    sysctl --quiet net.ipv4.ip_forward=0
  `;
  execFileSync("/bin/sh", ["-euc", script]);
  await removeLinks();
  await removeRules();
  for (const file of fs.readdirSync(folders.pids)) fs.writeFileSync(path.join(folders.pids, file), `${process.pid}\n`);
}

function processes(): RunningProcess[] {
  return fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => ({ pid: Number(name), command: read(`/proc/${name}/cmdline`).replaceAll("\0", " ") }));
}

function isInLabsGroup(pid: number): boolean {
  return read(`/proc/${pid}/cgroup`).includes(`:${cgroupRoot}/`);
}

async function kill(which: (entry: RunningProcess) => boolean): Promise<void> {
  const found = processes()
    .filter(({ command }) => command !== "")
    .filter(which);
  if (found.length === 0) throw new Error("no process to kill");
  found.forEach(({ pid }) => process.kill(pid, "SIGKILL"));
  // A zombie has no command line.
  while (found.some(({ pid }) => read(`/proc/${pid}/cmdline`) !== "")) await wait(50);
}

/** Empty for a file of a process that has ended. */
function read(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
