import { execFileSync } from "node:child_process";
import * as net from "node:net";
import { projectRoot } from "../../../lab/support/paths";
import { CommandFailed, run } from "../../../lab/support/processes";

/** Runs a lab command as a user types it. Returns its standard output. @throws CommandFailed */
export async function lab(...args: string[]): Promise<string> {
  return run("npm", ["run", "--silent", "lab", "--", ...args], { cwd: projectRoot });
}

/** Returns the output of a lab command that must fail. */
export async function refusedLab(...args: string[]): Promise<string> {
  try {
    await lab(...args);
  } catch (error) {
    if (error instanceof CommandFailed && error.code === 1) return error.output;
    throw error;
  }
  throw new Error(`npm run lab -- ${args.join(" ")} succeeded`);
}

/**
 * Everything that a lab could leave on a machine, found without the lab's own code: links, mounts, control groups, rules, sockets,
 * kernel settings, folders and daemons, one a line.
 */
export function traces(): string[] {
  const shell = (command: string) =>
    execFileSync("/bin/sh", ["-c", command], { encoding: "utf8" }).trim().split("\n").filter(Boolean);
  return [
    ...shell("ls /sys/class/net").map((name) => `link ${name}`),
    ...shell("cut -d' ' -f2 /proc/self/mounts | sort").map((point) => `mount ${point}`),
    ...shell("find /sys/fs/cgroup -type d -path '*lab*'").map((folder) => `control group ${folder}`),
    ...["iptables-save", "ip6tables-save"].flatMap((save) =>
      // Built-in chains appear when a table is first listed; they are not rules.
      shell(`${save} | grep -v -e '^#' -e '^:[A-Z]* [AD]' -e '^\\*' -e COMMIT || true`).map(
        (rule) => `${save} ${rule}`,
      ),
    ),
    // Tables of iptables stay when they are empty.
    ...shell("nft list tables | grep -v '^table ip6\\? ' || true"),
    ...shell(
      "ls -d /var/lib/*/ /run/*/ /opt/*/ /etc/cni/* /var/log/pods /var/log/containers /tmp/containerd* 2>/dev/null || true",
    ),
    ...shell("sysctl net.ipv4.ip_forward net.ipv4.conf.all.route_localnet vm.overcommit_memory kernel.panic"),
    // A zombie (Z) is not a running process.
    ...shell(
      "ps -eo stat=,comm= | grep -v ^Z | grep -o -e 'kube-.*' -e kubelet -e 'containerd.*' -e etcd -e coredns -e socat -e 'network-polic.*' || true",
    ).map((name) => `process ${name}`),
  ];
}

/** Listens on a port of 127.0.0.1 while `work` runs. */
export async function whilePortIsTaken(port: number, work: () => Promise<void>): Promise<void> {
  const server = net.createServer().listen(port, "127.0.0.1");
  await new Promise((resolve, reject) => server.once("listening", resolve).once("error", reject));
  try {
    await work();
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

export interface ConnectOptions {
  /** @default 127.0.0.1 */
  readonly host?: string;
  /** Source port. @default any */
  readonly localPort?: number;
}

/** Connects to a port and disconnects. @throws Error if the connection is refused */
export async function connect(port: number, options: ConnectOptions = {}): Promise<void> {
  const socket = net.connect({ host: "127.0.0.1", port, timeout: 5000, ...options });
  try {
    await new Promise((resolve, reject) => {
      socket.once("connect", resolve).once("error", reject);
      socket.once("timeout", () => reject(new Error(`port ${port} did not answer within 5 s`)));
    });
  } finally {
    socket.destroy();
  }
}
