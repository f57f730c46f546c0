import * as fs from "node:fs";
import * as path from "node:path";
import { stateRoot } from "../support/paths";
import { cgroupRoot, folders, type LabNode } from "./layout";

/** A running process, as /proc shows it. */
export interface ProcessEntry {
  readonly pid: number;
  /** The command line it was started with; never empty. */
  readonly argv: readonly string[];
  /** The program's file, with ` (deleted)` at its end when the file is gone. */
  readonly executable: string;
  /** Its control groups, one for each hierarchy. */
  readonly cgroups: readonly string[];
}

/** The process with this number, or undefined: there is none, or it has ended and only waits to be noticed. */
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

/** All processes that may be looked at. */
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
  return isCalledByLab(entry) && entry.argv.some((argument) => argument.includes(`${node.folder}/`));
}

/** Whether a process is a shim: what stands between a node's containerd and one of its pods. */
export function isShimOf(node: LabNode, entry: ProcessEntry): boolean {
  const address = entry.argv[entry.argv.indexOf("-address") + 1] ?? "";
  return isShim(entry) && address.startsWith(`${node.folder}/`);
}

/**
 * Whether a process is the lab's: called by a link that only the lab has, the shim of a lab's container, or in one.
 * An editor that has a file of the lab open is not.
 */
export function isOfTheLab(entry: ProcessEntry): boolean {
  if (isCalledByLab(entry)) return true;
  if (isShim(entry) && entry.argv.some((argument) => argument.startsWith(`${stateRoot}/`))) return true;
  return entry.cgroups.some((group) => group.startsWith(`${cgroupRoot}/`));
}

/** Whether a process was called by a link that only the lab has: one of its daemons. */
export function isCalledByLab(entry: ProcessEntry): boolean {
  return entry.argv[0]?.startsWith(`${folders.parts}/`) ?? false;
}

function isShim(entry: ProcessEntry): boolean {
  return path.basename(entry.argv[0] ?? "") === "containerd-shim-runc-v2";
}
