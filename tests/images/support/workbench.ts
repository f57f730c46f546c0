import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Duplex } from "node:stream";
import { buildImages } from "../../../lab/images/build";
import { run } from "../../../lab/support/processes";
import { Container, type ContainerOptions } from "./container";
import { unpack, type UnpackedImage } from "./image";

/** Runs containers in an isolated network. */
export class Workbench {
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "wordpress-images-"));
  /** Name of the network namespace. */
  readonly network = `wordpress-test-${process.pid}-${path.basename(this.folder).slice(-6)}`;
  private readonly hosts = path.join(this.folder, "hosts");
  private readonly images = new Map<string, UnpackedImage>();
  private readonly containers: Container[] = [];
  private volumes = 0;
  private isMounted = false;

  /** Builds the lab's images that the cache lacks, and unpacks the requested ones. */
  async open(...references: string[]): Promise<void> {
    const built = await buildImages();
    // In memory. On a slow disk, databases and the deletion of gigabytes once made tests exceed their time limits.
    await run("mount", ["-t", "tmpfs", "-o", "size=6G,mode=0755", "tmpfs", this.folder]);
    this.isMounted = true;
    for (const reference of references) {
      const archive = built.find((image) => image.reference === reference)?.archive;
      if (archive === undefined) throw new Error(`buildImages() returns no ${reference}`);
      this.images.set(reference, await unpack(archive, reference, path.join(this.folder, String(this.images.size))));
    }
    fs.writeFileSync(this.hosts, "127.0.0.1 localhost\n127.0.1.1 test\n");
    await run("ip", ["netns", "add", this.network]);
    await run("ip", ["-n", this.network, "link", "set", "lo", "up"]);
    // As in a pod with this sysctl: port 80 without root.
    await run("ip", ["netns", "exec", this.network, "sysctl", "-qw", "net.ipv4.ip_unprivileged_port_start=0"]);
  }

  image(reference: string): UnpackedImage {
    const image = this.images.get(reference);
    if (!image) throw new Error(`${reference} is not unpacked: name it in open()`);
    return image;
  }

  async start(reference: string, options: Omit<ContainerOptions, "image" | "network">): Promise<Container> {
    // Without this file, which the kubelet provides in each pod, resolving localhost queries a name server for half a minute.
    const volumes = { "/etc/hosts": this.hosts, ...options.volumes };
    const all = { ...options, volumes, image: this.image(reference), network: this.network };
    const container = await Container.start(this.folder, all);
    this.containers.push(container);
    return container;
  }

  /** Opens a connection to a port of the containers' network. */
  connect(port: number): Duplex {
    const relay = `const s = require("net").connect(${port}, "127.0.0.1"); process.stdin.pipe(s).pipe(process.stdout)`;
    const { stdin, stdout } = spawn("ip", ["netns", "exec", this.network, process.execPath, "-e", relay], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    return Duplex.from({ readable: stdout, writable: stdin });
  }

  /**
   * Links the containers' network with this process. The test's own servers listen on the addresses `here`, ten at most; containers have
   * the address `there`. All are from the range for benchmarks (RFC 2544), which is used nowhere else.
   */
  async link(): Promise<{ readonly here: readonly string[]; readonly there: string; readonly unused: string }> {
    const subnet = `198.18.${process.pid % 256}`;
    const here = Array.from({ length: 10 }, (_, index) => `${subnet}.${index + 1}`);
    const there = `${subnet}.100`;
    const [outside, inside] = [`wt${process.pid}`, `wt${process.pid}-in`];
    await run("ip", ["link", "add", outside, "type", "veth", "peer", "name", inside, "netns", this.network]);
    for (const address of here) await run("ip", ["address", "add", `${address}/24`, "dev", outside]);
    await run("ip", ["link", "set", outside, "up"]);
    await run("ip", ["-n", this.network, "address", "add", `${there}/24`, "dev", inside]);
    await run("ip", ["-n", this.network, "link", "set", inside, "up"]);
    return { here, there, unused: `${subnet}.200` };
  }

  /** Creates an empty folder. @param uid user ID of its owner */
  volume(uid = 0): string {
    const folder = path.join(this.folder, `volume-${++this.volumes}`);
    fs.mkdirSync(folder);
    fs.chownSync(folder, uid, uid);
    return folder;
  }

  /** Removes the containers that still run, for example those of a failed test. */
  async clear(): Promise<void> {
    for (const container of this.containers.splice(0)) await container.remove();
  }

  async close(): Promise<void> {
    await this.clear();
    if (fs.existsSync(`/run/netns/${this.network}`)) await run("ip", ["netns", "delete", this.network]);
    if (this.isMounted) await run("umount", [this.folder]);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A workbench with an image for all tests of a suite. Each test's containers and volumes are removed after it. */
export function workbenchFor(reference: string): Workbench {
  const workbench = new Workbench();
  before(function () {
    // Building the images takes several minutes if the cache has none.
    this.timeout(600_000);
    return workbench.open(reference);
  });
  afterEach(() => workbench.clear());
  after(() => workbench.close());
  return workbench;
}
