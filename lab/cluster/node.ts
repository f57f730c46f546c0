import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { isAnswering, readApi } from "./api";
import { makeCgroup, removeCgroups } from "./cgroups";
import { awaitDaemon, runningPid, startDaemon, type Daemon } from "./daemons";
import { killProcesses, signal } from "./endProcesses";
import { copyImageStore } from "./imageStore";
import { kubeconfig, kubeconfigFile } from "./kubeconfigs";
import { kubeletPorts, type LabNode } from "./layout";
import { unmountBelow } from "./mounts";
import { cniConfig, containerdConfig, kubeletConfig, resolverConfig } from "./nodeConfig";
import { isDaemonOf, isInPodOf, isShimOf, readProcesses } from "./processTable";
import { removeNetworkRecords } from "./sharedPlaces";

/** The build results that a node's daemons need. */
export interface NodeParts {
  /** The program that contains all Kubernetes components. */
  readonly kubernetes: string;
  /** Folder with the image store. */
  readonly imageStore: string;
}

/** A node's two daemons: containerd, then kubelet. */
export function nodeDaemons(node: LabNode, kubernetes: string): [Daemon, Daemon] {
  return [containerd(node), kubelet(node, kubernetes)];
}

/**
 * Starts a node. If only its kubelet is missing, starts that. Otherwise removes the state of its last run first, so that the node
 * starts like a rebooted machine: with its images, and without containers.
 */
export async function startNode(node: LabNode, parts: NodeParts): Promise<void> {
  const [runtime, agent] = nodeDaemons(node, parts.kubernetes);
  if (runningPid(runtime) === undefined) {
    await stopNode(node);
    await copyImageStore(parts.imageStore, node.containerdRoot);
  }
  makeCgroup(node.cgroup);
  await startDaemon(runtime);
  await awaitDaemon(runtime);
  await startDaemon(agent);
  await awaitDaemon(agent);
}

/**
 * Stops a node as a power cut would: its pods are killed without a grace period. The kubelet is suspended first, so that it neither
 * starts containers nor reports status, and is killed after the last container: two database servers must never have the same files
 * open.
 */
export async function stopNode(node: LabNode): Promise<void> {
  readProcesses()
    .filter((entry) => isDaemonOf(node, entry))
    .forEach(({ pid }) => signal(pid, "SIGSTOP"));
  await killProcesses((entry) => isInPodOf(node, entry));
  await killProcesses((entry) => isShimOf(node, entry) || isDaemonOf(node, entry));
  await unmountBelow(node.folder);
  await removeCgroups(node.cgroup);
  for (const folder of [node.containerdRoot, node.containerdState, node.cniData]) {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  removeNetworkRecords(node);
}

/** Whether the API server counts a node as ready. */
async function nodeIsReady(node: LabNode): Promise<boolean> {
  const { status } = await readApi<KubernetesNode>(`/api/v1/nodes/${node.name}`);
  return status.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") ?? false;
}

interface KubernetesNode {
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

function containerd(node: LabNode): Daemon {
  const config = path.join(node.folder, "containerd.toml");
  return {
    name: `containerd-${node.name}`,
    part: "containerd",
    executable: "/usr/bin/containerd",
    args: ["--config", config],
    files: {
      [config]: containerdConfig(node),
      [path.join(node.cniConfig, "bridge.conflist")]: cniConfig(node),
    },
    ready: () => accepts(node.containerdSocket),
  };
}

function kubelet(node: LabNode, executable: string): Daemon {
  const user = `kubelet-${node.name}`;
  const config = path.join(node.folder, "kubelet.json");
  const resolver = path.join(node.folder, "resolv.conf");
  return {
    name: user,
    part: "kubelet",
    executable,
    args: [
      `--config=${config}`,
      `--kubeconfig=${kubeconfigFile(user)}`,
      `--hostname-override=${node.name}`,
      `--node-ip=${node.address}`,
      `--root-dir=${node.kubeletRoot}`,
      `--cert-dir=${path.join(node.kubeletRoot, "certificates")}`,
    ],
    files: {
      [config]: kubeletConfig(node, resolver),
      [resolver]: resolverConfig(),
      [kubeconfigFile(user)]: kubeconfig(user),
    },
    ready: async () =>
      (await isAnswering(`http://${node.address}:${kubeletPorts.health}/healthz`)) && (await nodeIsReady(node)),
  };
}

/** Whether a process listens on a Unix socket. */
function accepts(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = net.connect(socket);
    connection.once("connect", () => resolve(true)).once("error", () => resolve(false));
    connection.once("connect", () => connection.destroy());
  });
}
