import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { ganeshaConfig } from "../../components/storage/nfs/ganeshaConfig";
import { nfsPort } from "../../components/storage/nfs/nfsNames";
import { nfsServerPodSpec } from "../../components/storage/nfs/nfsServerPod";
import type { Container } from "./support/container";
import { answerToVersion40, NfsClient, type OpenFile } from "./support/nfsClient";
import { Volume } from "./support/volume";
import { Workbench } from "./support/workbench";

const [{ image, command, securityContext }] = nfsServerPodSpec(undefined).containers as [
  ReturnType<typeof nfsServerPodSpec>["containers"][number],
];
const reference = `docker.io/${image}`;

describe("NFS server", function () {
  this.timeout(6 * 60_000);
  const workbench = new Workbench();
  let config: string;
  let volume: Volume;
  let server: Container;

  before(async function () {
    this.timeout(600_000);
    await workbench.open(reference);
    config = workbench.volume();
    fs.writeFileSync(path.join(config, "ganesha.conf"), ganeshaConfig());
    volume = new Volume(workbench.volume());
    await volume.make();
  });
  after(async () => {
    await workbench.clear();
    await volume.unmount();
    await workbench.close();
  });

  /** Starts the server as in its pod, and waits until it answers. */
  async function start(): Promise<void> {
    server = await workbench.start(reference, {
      ...{ command, readOnly: true, capabilities: securityContext.capabilities.add },
      volumes: { "/volume": volume.folder, "/etc/ganesha": config, "/tmp": workbench.volume() },
    });
    await server.until("it serves", () => server.output.includes("NFS SERVER INITIALIZED"));
  }

  async function client(owner: string, user: { uid?: number; gid?: number } = {}): Promise<NfsClient> {
    const made = new NfsClient(workbench.connect(nfsPort), { owner, ...user });
    await made.begin();
    return made;
  }

  const code = (doing: Promise<unknown>) =>
    doing.then(
      () => "NFS4_OK",
      (error: unknown) => (error as { code?: string }).code,
    );

  describe("on a new volume", () => {
    before(start);

    it("refuses NFSv4.0", async () => {
      const stream = workbench.connect(nfsPort);
      assert.equal(await answerToVersion40(stream), "NFS4ERR_MINOR_VERS_MISMATCH");
      stream.destroy();
    });

    it("opens no other port", () => {
      const listening = server.exec([
        "sh",
        "-c",
        "cat /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6",
      ]).output;
      const ports = listening
        .split("\n")
        .map((line) => /^ *\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F:]+ (0A|07) /.exec(line)?.[1])
        .flatMap((port) => (port === undefined ? [] : [parseInt(port, 16)]));
      assert.deepEqual([...new Set(ports)], [nfsPort]);
    });

    it("exports one empty folder as a file system with a fixed ID, without its clients' state", async () => {
      const one = await client("one");
      await one.reclaimComplete();
      assert.deepEqual(await one.list(await one.lookup("/")), ["export"]);
      const root = await one.lookup("/export");
      const { fsid } = await one.attributes(root);
      assert.deepEqual([Number(fsid.major), Number(fsid.minor)], [1, 1]);
      assert.deepEqual(await one.list(root), []);
      one.disconnect();
    });

    it("lets members of a folder's group write to it, and refuses other users", async () => {
      const node = await client("node");
      await node.reclaimComplete();
      const folder = await node.makeFolder(await node.lookup("/export"), "pvc-1", 0o2775);
      await node.setOwner(folder, "0", "33");
      const pod = await client("pod", { uid: 33, gid: 33 });
      await pod.reclaimComplete();
      const { handle, stateid } = await pod.create(folder, "picture.png");
      await pod.write(handle, stateid, 0n, Buffer.from("bytes"));
      assert.equal((await pod.read(handle, stateid, 0n, 100)).toString(), "bytes");
      await pod.close(handle, stateid);
      const { owner, group } = await pod.attributes(handle);
      assert.deepEqual([owner, group], ["33", "33"]);
      const stranger = await client("stranger", { uid: 1000, gid: 1000 });
      await stranger.reclaimComplete();
      assert.equal(await code(stranger.create(folder, "mine")), "NFS4ERR_ACCESS");
      for (const each of [node, pod, stranger]) each.disconnect();
    });
  });

  describe("after a kill and a restart with its volume on another device", () => {
    let opened: OpenFile;
    let folder: Buffer;

    before("it has a client with a file open", async () => {
      const pod = await client("pod", { uid: 33, gid: 33 });
      await pod.reclaimComplete();
      folder = await pod.lookup("/export/pvc-1");
      opened = await pod.open(folder, "picture.png");
      await server.remove();
      pod.disconnect();
      await volume.move();
      await start();
    });

    it("finds a file by a handle from before the restart", async () => {
      const reader = await client("reader");
      const { type, size } = await reader.attributes(opened.handle);
      assert.deepEqual([type, Number(size)], ["NF4REG", 5]);
      reader.disconnect();
    });

    it("lets the previous client reclaim its open file, and refuses other clients until then", async () => {
      const other = await client("other");
      assert.equal(await code(other.open(folder, "picture.png")), "NFS4ERR_GRACE");
      const pod = await client("pod", { uid: 33, gid: 33 });
      const stateid = await pod.reclaim(opened.handle);
      await pod.write(opened.handle, stateid, 5n, Buffer.from(" and more"));
      await pod.reclaimComplete();
      for (const each of [pod, other]) each.disconnect();
    });

    it("ends the grace period once all previous clients have reclaimed, and serves a new client", async () => {
      for (const owner of ["one", "node", "stranger"]) {
        const back = await client(owner);
        await back.reclaimComplete();
        back.disconnect();
      }
      await server.until("the grace period is over", () => server.output.includes("NFS Server Now NOT IN GRACE"));
      const complete = /check grace:reclaim complete\((\d+)\) clid count\((\d+)\)/g;
      const [, reclaimed, known] = [...server.output.matchAll(complete)].at(-1) ?? [];
      assert.deepEqual([reclaimed, known], ["4", "4"]);
      const late = await client("late");
      await late.reclaimComplete();
      const { handle, stateid } = await late.open(folder, "picture.png");
      assert.equal((await late.read(handle, stateid, 0n, 100)).toString(), "bytes and more");
      late.disconnect();
    });
  });
});
