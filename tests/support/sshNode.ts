import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { installPackages } from "../../lab/cluster/packages";
import { run } from "../../lab/support/processes";
import { freePort } from "./freePort";
import { putNodeCommands } from "./nodeCommands";

/** The server without its service unit, and the client. */
const packages = [
  { file: "dropbear", name: "dropbear-bin" },
  { file: "ssh", name: "openssh-client" },
];

/** The server's view of the file system: /etc is writable, root's folder has one key, and commands only record their calls. */
const namespace = `
set -e
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$NODE/etc,workdir=$NODE/work" /etc
mount -t overlay overlay -o "lowerdir=$NODE/bin:/usr/sbin" /usr/sbin
mount --bind "$NODE/home" /root
exec dropbear -F -E -s -r "$NODE/host" -p "127.0.0.1:$PORT"
`;

/** A simulated machine, reachable by SSH on 127.0.0.1, for the scripts that prepare a node. */
export class SshNode {
  private constructor(
    private readonly folder: string,
    private readonly server: ChildProcess,
    readonly port: number,
    /** The public key that it presents. */
    readonly hostKey: string,
    /** Text of root's key. */
    readonly privateKey: string,
  ) {}

  static async start(): Promise<SshNode> {
    await installPackages(packages);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "node-"));
    const at = (name: string) => path.join(folder, name);
    for (const name of ["etc", "work", "home/.ssh"]) fs.mkdirSync(at(name), { recursive: true, mode: 0o700 });
    fs.chmodSync(at("etc"), 0o755);
    putNodeCommands(folder, { NODE: folder, UNIT: "kubelet", MOST: "9999" });
    const host = await run("dropbearkey", ["-t", "ed25519", "-f", at("host")]);
    const hostKey = /^ssh-ed25519 \S+/m.exec(host)?.[0] ?? "";
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at("key")]);
    fs.copyFileSync(at("key.pub"), at("home/.ssh/authorized_keys"));
    const port = await freePort();
    const server = spawn("unshare", ["--mount", "--propagation", "private", "sh", "-c", namespace], {
      env: { ...process.env, NODE: folder, PORT: String(port) },
      stdio: ["ignore", fs.openSync(at("log"), "a"), fs.openSync(at("log"), "a")],
    });
    const node = new SshNode(folder, server, port, hostKey, fs.readFileSync(at("key"), "utf8"));
    await node.untilItAnswers();
    return node;
  }

  /** Content of a file of the node, by its path below the node's root; undefined if the node has none. */
  read(file: string): string | undefined {
    const own = path.join(this.folder, file);
    return fs.existsSync(own) ? fs.readFileSync(own, "utf8") : undefined;
  }

  /** The scripts' calls of modprobe and systemctl. */
  get calls(): string {
    return this.read("calls") ?? "";
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.server.once("close", resolve));
    if (this.server.exitCode === null && this.server.kill()) await ended;
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  private async untilItAnswers(): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt++) {
      if (this.server.exitCode !== null) break;
      if (await answers(this.port)) return;
      await wait(100);
    }
    throw new Error(`no SSH server on port ${this.port}:\n${this.read("log")}`);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}
