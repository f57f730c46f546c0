import { bridgePorts, kubeletPorts, labNodes, network, ports } from "./layout";
import type { Listener, OwnedListener } from "./listeners";

/** Free and required space of a folder. */
export interface SpaceNeed {
  readonly path: string;
  /** Purpose, and how to move it elsewhere. */
  readonly purpose: string;
  readonly neededBytes: number;
  readonly freeBytes: number;
  /** Device number of the file system: needs on the same one add up. */
  readonly device: number;
}

/** An address of the machine, e.g. `192.0.2.2`. */
export interface InterfaceAddress {
  readonly name: string;
  readonly address: string;
}

/** The facts that decide whether the lab can run on a machine. */
export interface Machine {
  readonly platform: string;
  readonly isRoot: boolean;
  /** The problem with Go, if something must be built. */
  readonly goProblem: string | undefined;
  readonly missingPackages: readonly string[];
  readonly hasAptGet: boolean;
  readonly space: readonly SpaceNeed[];
  /** Listeners of other programs on the lab's ports. */
  readonly listeners: readonly OwnedListener[];
  readonly addresses: readonly InterfaceAddress[];
  readonly lockProblem: string | undefined;
  readonly missingControllers: readonly string[];
  readonly hasOverlay: boolean;
  /** Files of kernel settings that the lab must write, and cannot. */
  readonly lockedSettings: readonly string[];
}

/** Everything that prevents the lab from running on a machine, with remedies. Empty if nothing does. */
export function findings(machine: Machine): string[] {
  if (machine.platform !== "linux")
    return [`this is ${machine.platform}: the lab needs Linux, e.g. Debian 12 in a virtual machine`];
  return [
    ...(machine.isRoot
      ? []
      : ["the lab needs root, for namespaces and mounts: sudo --preserve-env=PATH npm run lab -- up"]),
    ...(machine.goProblem === undefined ? [] : [machine.goProblem]),
    ...packageFindings(machine),
    ...spaceFindings(machine.space),
    ...machine.listeners.map(portFinding),
    ...machine.addresses
      .filter(overlaps)
      .map(
        ({ name, address }) =>
          `${address} on ${name} is in ${network.pods} or ${network.services}, which the lab uses: disable that network while the lab runs`,
      ),
    ...(machine.lockProblem === undefined ? [] : [machine.lockProblem]),
    ...(machine.missingControllers.length === 0
      ? []
      : [
          `control groups lack ${machine.missingControllers.join(", ")}: enable them at boot; a container must be ` +
            "privileged and share the host's control groups",
        ]),
    ...(machine.hasOverlay ? [] : ["the kernel has no overlay file system: run modprobe overlay"]),
    ...machine.lockedSettings.map(
      (file) =>
        `${file} is missing or not writable: run modprobe ${file.includes("nf_conntrack") ? "nf_conntrack" : "br_netfilter"}; a container must be privileged`,
    ),
  ];
}

/** Whether a listener conflicts with the lab. */
export function isConflicting({ address, port }: Listener): boolean {
  return neededSockets.some((needed) => needed.port === port && (address === "*" || address === needed.address));
}

const neededSockets = [
  ...Object.values(ports).map((port) => ({ address: "127.0.0.1", port })),
  ...[...Object.values(bridgePorts), ports.api].map((port) => ({ address: network.gateway, port })),
  ...labNodes.flatMap(({ address }) => Object.values(kubeletPorts).map((port) => ({ address, port }))),
];

function packageFindings({ missingPackages, hasAptGet }: Machine): string[] {
  if (missingPackages.length === 0 || hasAptGet) return [];
  return [
    `apt-get is missing, so the lab cannot install ${missingPackages.join(", ")}: install them yourself, or use Debian or Ubuntu`,
  ];
}

function portFinding({ address, port, pid, command }: OwnedListener): string {
  const place = address === "*" ? `port ${port}` : `port ${port} of ${address}`;
  if (pid === undefined)
    return `${place} is in use; only root can see by which process: sudo ss --listening --tcp --processes`;
  return `${place} is in use by PID ${pid} (${command?.slice(0, 100)}): end it, e.g. kill ${pid}`;
}

/** One finding for each file system with too little space for all that the lab stores there. */
function spaceFindings(needs: readonly SpaceNeed[]): string[] {
  const devices = [...new Set(needs.map(({ device }) => device))];
  return devices.flatMap((device) => {
    const here = needs.filter((need) => need.device === device);
    const needed = here.reduce((sum, need) => sum + need.neededBytes, 0);
    const free = Math.min(...here.map((need) => need.freeBytes));
    if (free >= needed) return [];
    const parts = here.map((need) => `${gigabytes(need.neededBytes)} in ${need.path} for ${need.purpose}`);
    return [
      `not enough disk space: ${gigabytes(free)} free, but the lab needs ${parts.join(" and ")}: free some space`,
    ];
  });
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Whether an address is in one of the lab's networks: both are /16. */
function overlaps({ name, address }: InterfaceAddress): boolean {
  const networkPart = (text: string) => text.split(".").slice(0, 2).join(".");
  return name !== network.bridge && [network.pods, network.services].map(networkPart).includes(networkPart(address));
}
