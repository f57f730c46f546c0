import * as path from "node:path";
import { stateRoot } from "../support/paths";

/** The pods' network: one bridge, which all nodes and the host share. Addresses are private ones. */
export const network = {
  /** The bridge's name. The lab's iptables rules have it as their comment, CNI's records as the name of their network. */
  bridge: "wordpress-lab",
  /**
   * A fixed, locally administered MAC address. A bridge without one takes the lowest of its ports' addresses, which changes as pods start
   * and end. A pod that has cached the previous address then reaches neither Services nor the host for a minute.
   */
  bridgeMac: "02:00:0a:56:00:01",
  /** The host on the bridge: cluster DNS, and the API server as pods see it. */
  gateway: "10.86.0.1",
  /** Nodes and pods. */
  pods: "10.86.0.0/16",
  services: "10.87.0.0/16",
  /** Service `kubernetes`: the first address of `services`. */
  apiService: "10.87.0.1",
  prefixLength: 16,
  domain: "cluster.local",
} as const;

/** Ports on 127.0.0.1 that the lab uses. Each node's kubelet has its own address on the bridge. */
export const ports = {
  etcd: 2379,
  etcdPeers: 2380,
  api: 6443,
  proxyMetrics: 10249,
  proxyHealth: 10256,
  controllerManager: 10257,
  scheduler: 10259,
  volumes: 10261,
  policies: 10262,
  /** Default NodePort of the WordPress Service. No process listens on it: kube-proxy's rules redirect its packets. */
  wordpress: 30007,
} as const;

/** Number of the kernel's queue of packets that NetworkPolicies decide on. */
export const policyQueue = 100;

/** Ports on the bridge's address. */
export const bridgePorts = { dns: 53, dnsReady: 8181 } as const;

/** Ports on each node's address. */
export const kubeletPorts = { api: 10250, health: 10248 } as const;

/** Internal folders of the running lab. */
export const folders = {
  /** Links to the programs. A process that was started by a path in this folder belongs to the lab. */
  parts: path.join(stateRoot, "parts"),
  pids: path.join(stateRoot, "pids"),
  certificates: path.join(stateRoot, "certificates"),
  config: path.join(stateRoot, "config"),
  etcd: path.join(stateRoot, "etcd"),
  nodes: path.join(stateRoot, "nodes"),
} as const;

/** Root of the lab's control groups, as /proc/PID/cgroup shows it. */
export const cgroupRoot = "/wordpress-lab";

/** A node of the lab: its own containerd and kubelet on this machine. */
export interface LabNode {
  readonly name: string;
  /** The node's InternalIP. */
  readonly address: string;
  /** First and last address for the node's pods. */
  readonly podAddresses: readonly [string, string];
  readonly cgroup: string;
  readonly folder: string;
  /** Images and containers. Recreated from the image store at each start. */
  readonly containerdRoot: string;
  /** Runtime state of containerd and runc while containers run. */
  readonly containerdState: string;
  readonly containerdSocket: string;
  readonly cniConfig: string;
  readonly cniData: string;
  readonly kubeletRoot: string;
  readonly podLogs: string;
}

/** The nodes k0, k1 and k2. */
export const labNodes: readonly LabNode[] = [0, 1, 2].map((index) => {
  const name = `k${index}`;
  const folder = path.join(folders.nodes, name);
  return {
    name,
    address: `10.86.0.${10 + index}`,
    podAddresses: [`10.86.${index + 1}.1`, `10.86.${index + 1}.254`],
    cgroup: `${cgroupRoot}/${name}`,
    folder,
    containerdRoot: path.join(folder, "containerd"),
    containerdState: path.join(folder, "run"),
    containerdSocket: path.join(folder, "run", "containerd.sock"),
    cniConfig: path.join(folder, "cni"),
    cniData: path.join(folder, "addresses"),
    kubeletRoot: path.join(folder, "kubelet"),
    podLogs: path.join(folder, "pod-logs"),
  };
});
