import * as fs from "node:fs";
import * as path from "node:path";
import { cgroupRoot } from "./layout";
import { until } from "./waiting";

/** Timeout in milliseconds for the removal of a control group. */
const removeMs = 10_000;

const mountPoint = "/sys/fs/cgroup";

/** Controllers that a kubelet requires. */
const neededControllers = ["cpu", "cpuset", "memory", "pids"] as const;

/** Whether this machine has only control groups of version 2. */
function isUnified(): boolean {
  return fs.existsSync(path.join(mountPoint, "cgroup.controllers"));
}

/** Controllers that a kubelet requires and this machine lacks in the version that it uses. */
export function missingControllers(): string[] {
  if (isUnified()) {
    const available = readWords(path.join(mountPoint, "cgroup.controllers"));
    return neededControllers.filter((name) => !available.includes(name));
  }
  return neededControllers.filter((name) => !fs.existsSync(path.join(mountPoint, name, "cgroup.procs")));
}

/** Creates a control group. A kubelet creates those of its pods below one, but not the configured root itself. */
export function makeCgroup(group: string): void {
  for (const hierarchy of hierarchies()) makeGroup(hierarchy, group);
}

/**
 * Removes a control group and its descendants in every hierarchy. Its processes must have ended.
 * @throws Error if the kernel does not release it within 10 s
 */
export async function removeCgroups(group: string = cgroupRoot): Promise<void> {
  // The kernel needs a moment to notice that a killed process has ended.
  const removed = await until(async () => {
    for (const folder of groupFolders(group)) await removeGroup(folder);
    return true;
  }, removeMs);
  if (!removed) throw new Error(`control groups are still in use: ${groupFolders(group).join(", ")}`);
}

/** Existing folders of the lab's control groups. */
export function groupFolders(group: string = cgroupRoot): string[] {
  return hierarchies()
    .map((hierarchy) => path.join(hierarchy, group))
    .filter((folder) => fs.existsSync(folder));
}

/** Mount points of the control group file systems: one in version 2, one for each controller in version 1. */
function hierarchies(): string[] {
  const lines = fs.readFileSync("/proc/self/mounts", "utf8").trim().split("\n");
  return lines
    .map((line) => line.split(" "))
    .filter(([, folder, type]) => (type === "cgroup" || type === "cgroup2") && folder?.startsWith(mountPoint))
    .map(([, folder]) => folder ?? "");
}

function makeGroup(hierarchy: string, group: string): void {
  const names = group.split("/").filter((name) => name !== "");
  names.reduce((parent, name) => {
    const folder = path.join(parent, name);
    enableControllers(parent);
    fs.mkdirSync(folder, { recursive: true });
    inheritCpus(parent, folder);
    return folder;
  }, hierarchy);
  enableControllers(path.join(hierarchy, group));
}

/** Version 2: a child group has only the controllers that its parent enables. */
function enableControllers(folder: string): void {
  const file = path.join(folder, "cgroup.subtree_control");
  if (!isUnified() || !fs.existsSync(file)) return;
  const available = readWords(path.join(folder, "cgroup.controllers"));
  for (const controller of neededControllers.filter((name) => available.includes(name))) {
    fs.writeFileSync(file, `+${controller}`);
  }
}

/** Version 1: a new group has no processors and no memory nodes, and accepts no process until they are set. */
function inheritCpus(parent: string, folder: string): void {
  for (const name of ["cpuset.cpus", "cpuset.mems"]) {
    const file = path.join(folder, name);
    if (isUnified() || !fs.existsSync(file) || readWords(file).length > 0) continue;
    fs.writeFileSync(file, fs.readFileSync(path.join(parent, name)));
  }
}

async function removeGroup(folder: string): Promise<void> {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeGroup(path.join(folder, entry.name));
  }
  await fs.promises.rmdir(folder);
}

function readWords(file: string): string[] {
  return fs
    .readFileSync(file, "utf8")
    .split(/\s+/)
    .filter((word) => word !== "");
}
