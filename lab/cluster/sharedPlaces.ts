import * as fs from "node:fs";
import * as path from "node:path";
import { stateRoot } from "../support/paths";
import { network, type LabNode } from "./layout";

// Some programs write to places that no flag of theirs moves. They may be in use by others, too: what is the lab's in
// them is picked out, and a folder goes only when it is empty then.

/** CNI's records of the addresses it gave: a file for each pod, its name begins with the network's. */
const networkRecords = "/var/lib/cni/results";
/** Links to containers' logs. */
const logLinks = "/var/log/containers";
/** Sockets of shims. */
const shimSockets = "/run/containerd/s";
/** What a kubelet has for device plugins. */
const devicePlugins = "/var/lib/kubelet/device-plugins";

/** Folders that go when they are empty, innermost first. */
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

/** Removes what the lab left in places that it shares with others. All its processes must have ended. */
export function clearSharedPlaces(): void {
  sharedFiles().forEach((file) => fs.rmSync(file, { force: true }));
  for (const folder of sharedFolders) {
    if (fs.existsSync(folder) && fs.readdirSync(folder).length === 0) fs.rmdirSync(folder);
  }
}

/** The lab's files in places that it shares with others, once all its processes have ended. */
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

/** Paths of the Unix sockets that some process listens at. */
function boundSockets(): Set<string> {
  const lines = fs.readFileSync("/proc/net/unix", "utf8").split("\n");
  return new Set(lines.map((line) => line.split(" ").pop() ?? ""));
}
