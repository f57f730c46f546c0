import * as fs from "node:fs";
import * as path from "node:path";
import { stateRoot } from "../support/paths";
import { network, type LabNode } from "./layout";

// Some programs write to folders that no flag can change, and other programs may use them, too. The lab removes only its own files
// there, and a folder only if it is empty afterwards.

/** CNI's records of assigned addresses: a file for each pod, whose name begins with that of the network. */
const networkRecords = "/var/lib/cni/results";
/** Links to containers' logs. */
const logLinks = "/var/log/containers";
/** Sockets of shims. */
const shimSockets = "/run/containerd/s";
/** Folder of a kubelet for device plugins. */
const devicePlugins = "/var/lib/kubelet/device-plugins";

/** Folders that are removed if empty, innermost first. */
const sharedFolders = [
  networkRecords,
  "/var/lib/cni/cache",
  "/var/lib/cni",
  logLinks,
  shimSockets,
  "/run/containerd/fifo",
  "/run/containerd/runc",
  "/run/containerd",
  devicePlugins,
  "/var/lib/kubelet",
];

/** Removes CNI's records of a node's pods. */
export function removeNetworkRecords(node: LabNode): void {
  recordsOf(`${network.bridge}-${node.name}-`).forEach((file) => fs.rmSync(file));
}

/** Removes the lab's files from folders shared with other programs. All its processes must have ended. */
export function clearSharedPlaces(): void {
  sharedFiles().forEach((file) => fs.rmSync(file, { force: true }));
  for (const folder of sharedFolders) {
    if (fs.existsSync(folder) && fs.readdirSync(folder).length === 0) fs.rmdirSync(folder);
  }
}

/** The lab's files in folders shared with other programs, once all its processes have ended. */
export function sharedFiles(): string[] {
  const bound = boundSockets();
  const isUnbound = (file: string) => !bound.has(file);
  const plugins = entriesOf(devicePlugins);
  return [
    ...recordsOf(`${network.bridge}-`),
    ...entriesOf(logLinks).filter(leadsIntoLab),
    ...entriesOf(shimSockets).filter(isUnbound),
    ...(plugins.some((file) => bound.has(file)) ? [] : plugins),
  ];
}

function recordsOf(prefix: string): string[] {
  return entriesOf(networkRecords).filter((file) => path.basename(file).startsWith(prefix));
}

function leadsIntoLab(file: string): boolean {
  return fs.lstatSync(file).isSymbolicLink() && fs.readlinkSync(file).startsWith(`${stateRoot}/`);
}

function entriesOf(folder: string): string[] {
  return fs.existsSync(folder) ? fs.readdirSync(folder).map((name) => path.join(folder, name)) : [];
}

/** Paths of all bound Unix sockets. */
function boundSockets(): Set<string> {
  const lines = fs.readFileSync("/proc/net/unix", "utf8").split("\n");
  return new Set(lines.map((line) => line.split(" ").pop() ?? ""));
}
