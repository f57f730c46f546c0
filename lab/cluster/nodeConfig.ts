import * as path from "node:path";
import { certificateFile } from "./certificates";
import { folders, kubeletPorts, network, type LabNode } from "./layout";

/** Image of the container that holds a pod's network. */
const pauseImage = "registry.k8s.io/pause:3.10";

/** Debian's folder for the programs of the Container Network Interface. */
const cniPrograms = "/usr/lib/cni";

/** Folders and socket of a containerd. */
export interface ContainerdPlaces {
  readonly root: string;
  readonly state: string;
  readonly socket: string;
}

/** Configuration of a containerd that only stores images. */
export function imageStoreConfig({ root, state, socket }: ContainerdPlaces): string {
  return `version = 2
root = ${quote(root)}
state = ${quote(state)}
# The last plugin would create a folder in /opt.
disabled_plugins = [
  "io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs", "io.containerd.internal.v1.opt",
]

[grpc]
  address = ${quote(socket)}
`;
}

/** Configuration of a node's containerd. */
export function containerdConfig(node: LabNode): string {
  const places = { root: node.containerdRoot, state: node.containerdState, socket: node.containerdSocket };
  return `${imageStoreConfig(places).replace('"io.containerd.grpc.v1.cri", ', "")}
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${quote(pauseImage)}
  # Otherwise no pod could start on machines where oom_score_adj cannot be lowered, such as many virtual ones.
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  stream_server_address = "127.0.0.1"

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = ${quote(cniPrograms)}
    conf_dir = ${quote(node.cniConfig)}

  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        Root = ${quote(path.join(node.containerdState, "runc"))}
        SystemdCgroup = false
`;
}

/** Network configuration for a node's pods: all nodes share the bridge, and each has its own address range. */
export function cniConfig(node: LabNode): string {
  const [rangeStart, rangeEnd] = node.podAddresses;
  return json({
    cniVersion: "1.0.0",
    name: `${network.bridge}-${node.name}`,
    plugins: [
      {
        type: "bridge",
        bridge: network.bridge,
        // Lets a pod reach itself through its own Service.
        hairpinMode: true,
        ipam: {
          type: "host-local",
          dataDir: node.cniData,
          ranges: [[{ subnet: network.pods, rangeStart, rangeEnd, gateway: network.gateway }]],
          routes: [{ dst: "0.0.0.0/0" }],
        },
      },
    ],
  });
}

/** Resolver for pods that do not use the cluster's DNS: the lab has no other DNS server. */
export function resolverConfig(): string {
  return `nameserver ${network.gateway}\n`;
}

/** Configuration of a node's kubelet. */
export function kubeletConfig(node: LabNode, resolverFile: string): string {
  return json({
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: node.address,
    port: kubeletPorts.api,
    healthzBindAddress: node.address,
    healthzPort: kubeletPorts.health,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: certificateFile("cluster-ca") },
    },
    authorization: { mode: "Webhook" },
    containerRuntimeEndpoint: `unix://${node.containerdSocket}`,
    clusterDNS: [network.gateway],
    clusterDomain: network.domain,
    resolvConf: resolverFile,
    cgroupDriver: "cgroupfs",
    // Kubernetes supports cgroup v1, which this machine may have, but refuses it by default.
    failCgroupV1: false,
    cgroupRoot: node.cgroup,
    cgroupsPerQOS: true,
    // Three nodes share one machine: no kubelet may limit its pods to a share of it.
    enforceNodeAllocatable: [],
    systemReserved: { cpu: "100m", memory: "512Mi" },
    oomScoreAdj: 0,
    failSwapOn: false,
    // Disk and memory are shared with the machine's other programs: evict pods only when nothing is left.
    evictionHard: {
      "memory.available": "100Mi",
      "nodefs.available": "1%",
      "nodefs.inodesFree": "1%",
      "imagefs.available": "1%",
      "imagefs.inodesFree": "1%",
    },
    // No registry is available to pull a removed image from again.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    podLogsDir: node.podLogs,
    volumePluginDir: path.join(folders.config, "volume-plugins"),
  });
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Quotes a string for TOML, which for paths is the same as JSON. */
function quote(text: string): string {
  return JSON.stringify(text);
}
