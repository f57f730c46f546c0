import * as fs from "node:fs";
import * as path from "node:path";
import { stateRoot } from "../support/paths";
import { cgroupRoot, folders, type LabNode } from "./layout";

/** A running process, read from /proc. */
export interface ProcessEntry {
  readonly pid: number;
  /** Its command line; never empty. */
  readonly argv: readonly string[];
  /** The program's file, with the suffix ` (deleted)` if the file was deleted. */
  readonly executable: string;
  /** Its control groups, one for each hierarchy. */
  readonly cgroups: readonly string[];
}

/** The process with this PID; undefined if none exists, or if it is a zombie. */
export function readProcess(pid: number): ProcessEntry | undefined {
  const folder = `/proc/${pid}`;
  try {
    const argv = fs.readFileSync(`${folder}/cmdline`, "utf8").split("\0").slice(0, -1);
    if (argv.length === 0) return undefined;
    const groups = fs.readFileSync(`${folder}/cgroup`, "utf8").trim().split("\n");
    return {
      pid,
      argv,
      executable: fs.readlinkSync(`${folder}/exe`),
      cgroups: groups.map((line) => line.replace(/^\d+:[^:]*:/, "")),
    };
  } catch {
    return undefined;
  }
}

/** All processes that this user can read. */
export function readProcesses(): ProcessEntry[] {
  return fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name)))
    .filter((entry) => entry !== undefined);
}

/** Whether a process runs in a pod of this node. */
export function isInPodOf(node: LabNode, entry: ProcessEntry): boolean {
  return entry.cgroups.some((group) => group.startsWith(`${node.cgroup}/`));
}

/** Whether a process is a node's containerd or kubelet. */
export function isDaemonOf(node: LabNode, entry: ProcessEntry): boolean {
  return isLabDaemon(entry) && entry.argv.some((argument) => argument.includes(`${node.folder}/`));
}

/** Whether a process is a shim, the parent of a pod's containers, of this node's containerd. */
export function isShimOf(node: LabNode, entry: ProcessEntry): boolean {
  const address = entry.argv[entry.argv.indexOf("-address") + 1] ?? "";
  return isShim(entry) && address.startsWith(`${node.folder}/`);
}

/**
 * Whether a process belongs to the lab: a daemon, the shim of a lab container, or a process in one.
 * An editor with one of the lab's files open does not belong to it.
 */
export function isLabProcess(entry: ProcessEntry): boolean {
  if (isLabDaemon(entry)) return true;
  if (isShim(entry) && entry.argv.some((argument) => argument.startsWith(`${stateRoot}/`))) return true;
  return entry.cgroups.some((group) => group.startsWith(`${cgroupRoot}/`));
}

/** Whether a process is one of the lab's daemons: started through a link in the lab's folder. */
export function isLabDaemon(entry: ProcessEntry): boolean {
  return entry.argv[0]?.startsWith(`${folders.parts}/`) ?? false;
}

function isShim(entry: ProcessEntry): boolean {
  return path.basename(entry.argv[0] ?? "") === "containerd-shim-runc-v2";
}
