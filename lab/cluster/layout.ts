import * as path from "node:path";
import { stateRoot } from "../support/paths";

/** The pods' network: one bridge, which all nodes and the host share. Addresses are ordinary private ones. */
export const network = {
  /** The bridge's name; iptables rules of the lab's own carry it as their comment, CNI's records as their network's. */
  bridge: "wordpress-lab",
  /**
   * The bridge's own address, one of those that anybody may give. A bridge that was given none takes the lowest of its ports', another one
   * whenever pods come and go; a pod that knows the former one goes on sending to that, and reaches neither Service nor host for a minute.
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

/** Ports on 127.0.0.1 that the lab takes. Each node's kubelet has an address of its own on the bridge. */
export const ports = {
  etcd: 2379,
  etcdPeers: 2380,
  api: 6443,
  proxyMetrics: 10249,
  proxyHealth: 10256,
  controllerManager: 10257,
  scheduler: 10259,
  volumes: 10261,
  /** NodePort of the WordPress Service by default. Nobody listens on it: kube-proxy's rules take what is sent there. */
  wordpress: 30007,
} as const;

/** Ports on the bridge's own address. */
export const bridgePorts = { dns: 53, dnsReady: 8181 } as const;

/** Ports on each node's address. */
export const kubeletPorts = { api: 10250, health: 10248 } as const;

/** Folders of the running lab that nobody outside of it needs to know. */
export const folders = {
  /** Links to the programs. A process that was called by a path in here is the lab's. */
  parts: path.join(stateRoot, "parts"),
  pids: path.join(stateRoot, "pids"),
  certificates: path.join(stateRoot, "certificates"),
  config: path.join(stateRoot, "config"),
  etcd: path.join(stateRoot, "etcd"),
  nodes: path.join(stateRoot, "nodes"),
} as const;

/** Root of the lab's control groups, as /proc/PID/cgroup shows it. */
export const cgroupRoot = "/wordpress-lab";

/** One of the lab's nodes: a containerd and a kubelet of its own on this machine. */
export interface LabNode {
  readonly name: string;
  /** The node's InternalIP. */
  readonly address: string;
  /** First and last address for the node's pods. */
  readonly podAddresses: readonly [string, string];
  readonly cgroup: string;
  readonly folder: string;
  /** Images and containers. Made anew from the image store at each start. */
  readonly containerdRoot: string;
  /** What containerd and runc keep for as long as containers run. */
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
