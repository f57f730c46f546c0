import { bridgePorts, kubeletPorts, labNodes, network, ports } from "./layout";
import type { Listener, OwnedListener } from "./listeners";

/** What a place on the disk has and what the lab will put there. */
export interface SpaceNeed {
  readonly path: string;
  /** What it is needed for, and how to have it elsewhere. */
  readonly purpose: string;
  readonly neededBytes: number;
  readonly freeBytes: number;
  /** Number of the file system: needs on the same one add up. */
  readonly device: number;
}

/** An address of the machine, as ordinary text, e.g. `192.0.2.2`. */
export interface InterfaceAddress {
  readonly name: string;
  readonly address: string;
}

/** All that has to be known about a machine to say whether the lab can run on it. */
export interface Machine {
  readonly platform: string;
  readonly isRoot: boolean;
  /** What is wrong with Go, where something has to be built. */
  readonly goProblem: string | undefined;
  readonly missingPackages: readonly string[];
  readonly hasAptGet: boolean;
  readonly space: readonly SpaceNeed[];
  /** Who listens where the lab wants to, other than the lab itself. */
  readonly listeners: readonly OwnedListener[];
  readonly addresses: readonly InterfaceAddress[];
  readonly lockProblem: string | undefined;
  readonly missingControllers: readonly string[];
  readonly hasOverlay: boolean;
  /** Files of the kernel's settings that the lab has to write to, and may not. */
  readonly lockedSettings: readonly string[];
}

/** Everything that keeps the lab from running on a machine, each with its remedy. Empty when nothing does. */
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
          `${address} on ${name} is in ${network.pods} or ${network.services}, which the lab uses: take that network down while the lab runs`,
      ),
    ...(machine.lockProblem === undefined ? [] : [machine.lockProblem]),
    ...(machine.missingControllers.length === 0
      ? []
      : [
          `control groups lack ${machine.missingControllers.join(", ")}: boot with them on, or, in a container, start that ` +
            "one privileged and with the host's control groups",
        ]),
    ...(machine.hasOverlay ? [] : ["the kernel has no overlay file system: modprobe overlay"]),
    ...machine.lockedSettings.map(
      (file) =>
        `${file} is missing or cannot be written: modprobe ${file.includes("nf_conntrack") ? "nf_conntrack" : "br_netfilter"}, or, in a container, start that one privileged`,
    ),
  ];
}

/** Whether somebody who listens there is in the lab's way. */
export function isInTheWay({ address, port }: Listener): boolean {
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
    `there is no apt-get to install ${missingPackages.join(", ")} with: install them yourself, or take Debian or Ubuntu`,
  ];
}

function portFinding({ address, port, pid, command }: OwnedListener): string {
  const place = address === "*" ? `port ${port}` : `port ${port} of ${address}`;
  if (pid === undefined) return `${place} is taken, by whom only root can see: sudo ss --listening --tcp --processes`;
  return `${place} is taken by PID ${pid} (${command?.slice(0, 100)}): end it, e.g. with kill ${pid}`;
}

/** One finding for each file system that has too little space for all that goes there. */
function spaceFindings(needs: readonly SpaceNeed[]): string[] {
  const devices = [...new Set(needs.map(({ device }) => device))];
  return devices.flatMap((device) => {
    const here = needs.filter((need) => need.device === device);
    const needed = here.reduce((sum, need) => sum + need.neededBytes, 0);
    const free = Math.min(...here.map((need) => need.freeBytes));
    if (free >= needed) return [];
    const parts = here.map((need) => `${gigabytes(need.neededBytes)} in ${need.path} for ${need.purpose}`);
    return [`there is too little space: ${gigabytes(free)} free, needed are ${parts.join(" and ")}: make room`];
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
