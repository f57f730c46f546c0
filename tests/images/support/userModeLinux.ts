import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { extractPackages } from "../../../lab/images/packages";
import { buildOnce } from "../../../lab/support/cache";
import { run } from "../../../lab/support/processes";
import type { Workbench } from "./workbench";

/** Debian's kernel that runs as a process, and the tools that its first process needs. */
const packages = ["user-mode-linux", "busybox-static"];

/** Address of the containers' network for the guests. */
export const serverAddress = "10.99.0.1";

/**
 * First process of a guest. It mounts what programs expect, and runs the commands that it reads, a line each. It answers each with its
 * output and `rc=CODE`.
 */
const firstProcess = `#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount() { /busybox mount "$@"; }
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
for folder in run tmp mnt root etc/ganesha; do mount -t tmpfs tmpfs /$folder; done
mount -t hostfs -o $modules hostfs /lib/modules
/busybox modprobe nfsv4; /busybox modprobe ext4
# The NFS server tells its clients apart by this name.
/busybox hostname "guest-$address"; /busybox ip link set lo up
/busybox ip link set vec0 address 02:00:00:00:00:\${address##*.}
/busybox ip address add $address/24 dev vec0; /busybox ip link set vec0 up
exec </dev/tty0 >/dev/tty0 2>&1; stty raw -echo
echo READY; while IFS= read -r line; do eval "$line"; echo "rc=$?"; done
/busybox poweroff -f
`;

/** A real Linux kernel as a process, with the files of one of the lab's images. Its only user is root. */
export class Guest {
  private output = "";
  private scripts = 0;

  private constructor(
    private readonly kernel: ChildProcess,
    private readonly root: string,
  ) {
    kernel.stdout?.setEncoding("utf8").on("data", (text: string) => (this.output += text));
  }

  /** Starts a guest in the containers' network. @param disk file that is its disk /dev/ubda */
  static async start(
    { workbench, reference, tools }: { workbench: Workbench; reference: string; tools: string },
    number: number,
    disk?: string,
  ): Promise<Guest> {
    const { rootfs } = workbench.image(reference);
    prepare(rootfs, tools);
    const tap = `tap${number}`;
    await addTap(workbench.network, tap);
    const folder = workbench.volume();
    const words = [
      ...[`umid=guest${number}`, `uml_dir=${folder}/`, "mem=256M", "root=/dev/root", "rootfstype=hostfs"],
      ...[`rootflags=${rootfs}`, "ro", "init=/guest.sh", "quiet", "con=null", "con0=fd:0,fd:1", "ssl=null"],
      ...[`vec0:transport=tap,ifname=${tap},depth=128,gro=1`, `address=10.99.0.${10 + number}`],
      ...[`modules=${tools}/usr/lib/uml/modules`, ...(disk === undefined ? [] : [`ubd0=${disk}`])],
    ];
    const net = `--net=/run/netns/${workbench.network}`;
    const kernel = spawn("nsenter", [net, `${tools}/usr/bin/linux.uml`, ...words], {
      stdio: ["pipe", "pipe", "ignore"],
      // A session of its own: it is several processes.
      detached: true,
      env: { ...process.env, TMPDIR: folder },
    });
    const guest = new Guest(kernel, rootfs);
    await guest.until("READY\n", 60);
    return guest;
  }

  /** Runs a shell script as root. @returns its output @throws Error with the output if it fails, or after the timeout */
  async run(script: string, timeoutSeconds = 60): Promise<string> {
    const name = `script-${process.pid}-${this.kernel.pid}-${++this.scripts}.sh`;
    fs.writeFileSync(path.join(this.root, "scripts", name), script);
    this.output = "";
    this.kernel.stdin?.write(`sh /scripts/${name} 2>&1\n`);
    const answer = await this.until(/rc=\d+\n/, timeoutSeconds);
    const [, output = "", code] = /^([^]*?)rc=(\d+)\n/.exec(answer) ?? [];
    if (code !== "0") throw new Error(`a script in a guest ended with ${code}:\n${output}`);
    return output;
  }

  /** Ends it at once, like a power cut: what its disk has not got is lost. */
  kill(): void {
    spawnSync("pkill", ["--signal", "KILL", "--session", String(this.kernel.pid)]);
  }

  private async until(expected: string | RegExp, seconds: number): Promise<string> {
    const end = Date.now() + seconds * 1000;
    while (typeof expected === "string" ? !this.output.includes(expected) : !expected.test(this.output)) {
      if (Date.now() > end) throw new Error(`a guest did not answer within ${seconds} s:\n${this.output}`);
      if (this.kernel.exitCode !== null) throw new Error(`a guest ended:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return this.output;
  }
}

/** Downloads the kernel once. @returns its folder @throws CommandFailed if Debian's mirror does not have it */
export function kernelFolder(): Promise<string> {
  return buildOnce({
    name: "user-mode-linux",
    version: "bookworm",
    inputs: packages,
    build: (folder) => extractPackages("bookworm", packages, folder),
  });
}

/** Adds the guests' network to the containers' one. */
export async function bridgeGuests(network: string): Promise<void> {
  await run("ip", ["-n", network, "link", "add", "guests", "type", "bridge"]);
  await run("ip", ["-n", network, "address", "add", `${serverAddress}/24`, "dev", "guests"]);
  await run("ip", ["-n", network, "link", "set", "guests", "up"]);
}

async function addTap(network: string, tap: string): Promise<void> {
  const links = await run("ip", ["-n", network, "-o", "link"]);
  if (links.includes(` ${tap}:`)) return;
  await run("ip", ["-n", network, "tuntap", "add", tap, "mode", "tap"]);
  await run("ip", ["-n", network, "link", "set", tap, "master", "guests"]);
  await run("ip", ["-n", network, "link", "set", tap, "up"]);
}

/** Adds what guests need to an image's files. */
function prepare(rootfs: string, tools: string): void {
  for (const folder of ["scripts", "lib/modules", "etc/ganesha", "volume"]) {
    fs.mkdirSync(path.join(rootfs, folder), { recursive: true });
  }
  fs.copyFileSync(path.join(tools, "bin/busybox"), path.join(rootfs, "busybox"));
  fs.writeFileSync(path.join(rootfs, "guest.sh"), firstProcess, { mode: 0o755 });
}
