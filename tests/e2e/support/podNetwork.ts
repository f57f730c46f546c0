import { run } from "../../../lab/support/processes";
import { readProcesses } from "../../../lab/cluster/processTable";

/** A TCP connection, or a lookup at a name server over UDP. */
export interface Target {
  readonly address: string;
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
}

/** Where a connection begins: the network namespace of a process, or this machine as a user other than root. */
export type Origin = { readonly pid: number } | "node";

/** Milliseconds until a connection counts as blocked. The kernel repeats an unanswered first packet after a second. */
const connectMs = 2500;

/** ID of a user and a group without permissions. The lab's network exempts root, whose connections are the kubelets'. */
const unprivileged = "65534";

/**
 * Tries all connections at once. A refused connection counts as allowed: its first packet reached the target. A policy drops the packet.
 * @returns for each target, whether its first packet reached it
 */
export async function tryConnections(from: Origin, targets: readonly Target[]): Promise<boolean[]> {
  const entered =
    from === "node"
      ? ["setpriv", `--reuid=${unprivileged}`, `--regid=${unprivileged}`, "--clear-groups"]
      : ["nsenter", `--net=/proc/${from.pid}/ns/net`];
  const [command = "", ...args] = [...entered, process.execPath, "-e", dial, JSON.stringify(targets), `${connectMs}`];
  return JSON.parse(await run(command, args)) as boolean[];
}

const dial = `
const dgram = require("node:dgram"), net = require("node:net");
const [targets, ms] = process.argv.slice(1).map((text) => JSON.parse(text));
// A query for the addresses of the name "a".
const query = Buffer.from("00010100000100000000000001610000010001", "hex");
const lookup = ({ address, port }) => new Promise((resolve, reject) => {
  const socket = dgram.createSocket("udp4");
  const end = (reached) => { socket.close(); resolve(reached); };
  const timer = setTimeout(() => end(false), ms);
  socket.once("message", () => { clearTimeout(timer); end(true); });
  socket.once("error", reject);
  socket.send(query, port, address);
});
const connect = ({ address, port }) => new Promise((resolve, reject) => {
  const socket = net.connect({ host: address, port, timeout: ms });
  const end = (reached) => { socket.destroy(); resolve(reached); };
  socket.once("connect", () => end(true));
  socket.once("timeout", () => end(false));
  socket.once("error", (error) => error.code === "ECONNREFUSED" ? end(true) : reject(error));
});
Promise.all(targets.map((target) => target.protocol === "UDP" ? lookup(target) : connect(target))).then((reached) => console.log(JSON.stringify(reached)));
`;

/** A process of a pod, whose network namespace is the pod's. @throws Error if the pod has none on this machine */
export function processOfPod(uid: string): number {
  const found = readProcesses().find(({ cgroups }) => cgroups.some((group) => group.includes(`pod${uid}`)));
  if (found === undefined) throw new Error(`no process of the pod ${uid}`);
  return found.pid;
}

/** A host outside of the cluster: a network namespace with an address of its own. */
export class OutsideHost {
  private constructor(
    private readonly name: string,
    readonly address: string,
    readonly pid: number,
  ) {}

  /**
   * @param name of the namespace, and of its link on this machine. A namespace that a killed test has left is replaced.
   * @param network first three numbers of its network, e.g. `10.97.86`
   */
  static async start(name: string, network: string): Promise<OutsideHost> {
    const ip = (...args: string[]) => run("ip", args);
    const [own, address] = [`${network}.1`, `${network}.2`];
    await removeNamespace(name);
    try {
      await ip("netns", "add", name);
      await ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name);
      await ip("address", "add", `${own}/24`, "dev", name);
      await ip("link", "set", name, "up");
      await ip("-n", name, "address", "add", `${address}/24`, "dev", "eth0");
      await ip("-n", name, "link", "set", "eth0", "up");
      await ip("-n", name, "route", "add", "default", "via", own);
      const pid = await run("sh", ["-c", `ip netns exec ${name} sleep infinity >/dev/null 2>&1 & echo $!`]);
      return new OutsideHost(name, address, Number(pid));
    } catch (error) {
      await removeNamespace(name);
      throw error;
    }
  }

  async stop(): Promise<void> {
    await removeNamespace(this.name);
  }
}

/** Removes a network namespace with its processes and its link, if it exists. */
async function removeNamespace(name: string): Promise<void> {
  const names = (await run("ip", ["netns", "list"])).split("\n").map((line) => line.split(" ")[0]);
  if (!names.includes(name)) return;
  await run("sh", ["-c", `ip netns pids ${name} | xargs --no-run-if-empty kill`]);
  await run("ip", ["netns", "delete", name]);
}
