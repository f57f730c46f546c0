import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { ganeshaConfig } from "../../components/storage/nfs/ganeshaConfig";
import { exportPath } from "../../components/storage/nfs/nfsNames";
import { nfsServerPodSpec } from "../../components/storage/nfs/nfsServerPod";
import { mountOptions, serverMountOptions } from "../../components/storage/nfs/nfsVolumes";
import { run } from "../../lab/support/processes";
import type { Container } from "./support/container";
import { bridgeGuests, Guest, kernelFolder, serverAddress } from "./support/userModeLinux";
import { Volume } from "./support/volume";
import { Workbench } from "./support/workbench";

const [{ image, command, securityContext }] = nfsServerPodSpec(undefined).containers as [
  ReturnType<typeof nfsServerPodSpec>["containers"][number],
];
const reference = `docker.io/${image}`;

/** Perl that runs as WordPress's user in the mounted folder. */
const asWordPress = "$( = $) = '33 33'; $< = $> = 33; umask 002; use IO::Handle; chdir '/mnt' or die; $| = 1;";

describe("files on the NFS server, for a real kernel's client", function () {
  this.timeout(6 * 60_000);
  const workbench = new Workbench();
  let tools: string;
  let config: string;
  let volume: Volume;
  let server: Container;
  let one: Guest;
  let other: Guest;

  before(async function () {
    this.timeout(600_000);
    try {
      tools = await kernelFolder();
    } catch (error) {
      console.log(`    skipped: Debian's package user-mode-linux cannot be downloaded: ${String(error)}`);
      this.skip();
    }
    await workbench.open(reference);
    await bridgeGuests(workbench.network);
    config = workbench.volume();
    fs.writeFileSync(path.join(config, "ganesha.conf"), ganeshaConfig());
    volume = new Volume(workbench.volume());
    await volume.make();
    await start();
    [one, other] = await Promise.all([boot(0), boot(1)]);
    await mount(one, serverAddress, exportPath);
    await one.run("mkdir /mnt/pvc-1; chown 0:33 /mnt/pvc-1; chmod 2775 /mnt/pvc-1; /busybox umount /mnt");
    for (const guest of [one, other]) await mount(guest, serverAddress);
  });
  after(async () => {
    for (const guest of [one, other]) guest?.kill();
    await workbench.clear();
    await volume?.unmount();
    await workbench.close();
  });

  const boot = (number: number, disk?: string) => Guest.start({ workbench, reference, tools }, number, disk);

  /** Starts the server as in its pod, and waits until it answers. */
  async function start(): Promise<void> {
    server = await workbench.start(reference, {
      ...{ command, readOnly: true, capabilities: securityContext.capabilities.add },
      volumes: { "/volume": volume.folder, "/etc/ganesha": config, "/tmp": workbench.volume() },
    });
    await server.until("it serves", () => server.output.includes("NFS SERVER INITIALIZED"));
  }

  /** Mounts the site's folder with the options of the program's class. */
  async function mount(guest: Guest, address: string, folder = `${exportPath}/pvc-1`): Promise<void> {
    await guest.run(`mount.nfs ${address}:${folder} /mnt -o ${mountOptions.join(",")}`);
  }
  const perl = (guest: Guest, code: string, timeoutSeconds?: number) =>
    guest.run(`exec perl <<'END'\n${asWordPress}\n${code}\nEND`, timeoutSeconds);

  it("can be written by WordPress's user, and by members of its group only", async () => {
    await perl(one, "open(my $f, '>', 'a') or die; print $f 'text'; close $f or die;");
    assert.equal(await other.run("cat /mnt/a; stat -c ' %u:%g' /mnt/a"), "text 33:33\n");
    assert.match(await other.run("setpriv --reuid 1000 --clear-groups touch /mnt/b 2>&1 || true"), /Permission denied/);
  });

  it("show another node's changes within 1.2 s: a new, a grown, a replaced and a deleted file", async function () {
    // The guests share two processors with other tests.
    this.retries(2);
    const waits: number[] = [];
    for (const [change, isSeen] of [
      ["open F, '>', 'new'; close F", "[ -e new ]"],
      ["open F, '>>', 'new'; print F 'more'; close F", "[ -s new ]"],
      ["open F, '>', 't'; print F 'v2'; close F; rename 't', 'new' or die", "read v < new; [ $v = v2 ]"],
      ["unlink 'new' or die", "[ ! -e new ]"],
    ] as const) {
      // Seen before the change, so that it is cached.
      await other.run("cd /mnt; [ -e new ] && cat new > /tmp/x; ls > /tmp/x");
      await perl(one, `${change};`);
      const changed = Date.now();
      await other.run(`cd /mnt; until ${isSeen}; do :; done 2>/tmp/x`, 20);
      waits.push((Date.now() - changed) / 1000);
    }
    assert.ok(Math.max(...waits) <= 1.2 + 0.3, `seen after ${waits.join(", ")} s`);
  });

  it("can be locked by one node at a time", async () => {
    const lock = (guest: Guest) => guest.run("cd /mnt; flock --nonblock lockfile echo got || echo refused");
    const held = one.run("cd /mnt; flock lockfile sh -c 'touch held; until [ -e release ]; do sleep 0.2; done'");
    await other.run("cd /mnt; until [ -e held ]; do :; done");
    const refused = await lock(other);
    await other.run("touch /mnt/release");
    await held;
    assert.deepEqual([refused, await lock(other)], ["refused\n", "got\n"]);
  });

  it("keep every synced write when the server is killed and comes back on another device", async () => {
    const writer = perl(one, appendSynced("log", 10), 120);
    await wait(3000);
    await server.remove();
    await volume.move();
    await start();
    const [, acknowledged = "", longest = ""] = /^(\d+) (\d+)\n$/.exec(await writer) ?? [];
    const lines = (await other.run("cat /mnt/log")).trim().split("\n").map(Number);
    assert.ok(Number(acknowledged) > 20, acknowledged);
    assert.deepEqual(
      lines,
      Array.from({ length: Number(acknowledged) }, (_, index) => index),
    );
    console.log(`      ${acknowledged} writes, the longest waited ${longest} s`);
  });

  it("can be opened again after a restart of the server, also if another node never comes back", async () => {
    other.kill();
    await server.remove();
    await start();
    const begun = Date.now();
    assert.equal(await one.run("cat /mnt/a", 120), "text");
    console.log(`      after ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  });

  for (const options of [serverMountOptions, []]) {
    const keeps = options.length > 0;
    it(`${keeps ? "keep" : "would lose, without dirsync on the server's volume,"} folders and new names from right before a power cut of the server's node`, async function () {
      // Without dirsync it is likely, not certain: the file system writes its journal every five seconds.
      if (!keeps) this.retries(2);
      const disk = path.join(workbench.volume(), "disk");
      fs.writeFileSync(disk, "");
      fs.truncateSync(disk, 64 * 2 ** 20);
      await run("mkfs.ext4", ["-q", disk]);
      const serve = async () => {
        const node = await boot(2, disk);
        await node.run(`/busybox mount -t ext4 -o ${["rw", ...options].join(",")} /dev/ubda /volume`);
        await node.run(`cat > /etc/ganesha/ganesha.conf <<'END'\n${ganeshaConfig()}\nEND`);
        await node.run(
          "hostname nfs-server; mkdir -p /volume/export/pvc-1 /volume/state; chown 0:33 /volume/export/pvc-1; chmod 2775 /volume/export/pvc-1; sync",
        );
        await node.run(
          "ganesha.nfsd -F -L /tmp/log -p /tmp/pid -f /etc/ganesha/ganesha.conf </dev/null >/dev/null 2>&1 & until grep -q 'SERVER INITIALIZED' /tmp/log; do sleep 0.2; done 2>/dev/null",
        );
        return node;
      };
      let node = await serve();
      const client = await boot(3);
      try {
        await mount(client, "10.99.0.12");
        const names = perl(client, manyNames(12), 120);
        await wait(5000);
        node.kill();
        node = await serve();
        const acknowledged = (await names).trim().split("\n");
        const there = new Set((await node.run("ls -1 /volume/export/pvc-1")).split("\n"));
        const lost = acknowledged.filter((name) => !there.has(name));
        assert.ok(acknowledged.length > 20, String(acknowledged.length));
        assert.equal(lost.length > 0, !keeps, `lost ${lost.join(" ")}`);
      } finally {
        client.kill();
        node.kill();
      }
    });
  }
});

/** Appends numbers to a file, each synced, and prints how many were acknowledged and the longest wait in seconds. */
function appendSynced(file: string, seconds: number): string {
  return `
    open(my $f, '>>', '${file}') or die; my ($n, $longest, $end) = (0, 0, time + ${seconds});
    while (time < $end) {
      my $begun = time;
      syswrite($f, "$n\\n") or die; $f->sync or die; $n++;
      $longest = time - $begun if time - $begun > $longest;
      select(undef, undef, undef, 0.02);
    }
    print "$n $longest\\n";`;
}

/** Creates folders and renames files, and prints each name that was acknowledged. */
function manyNames(seconds: number): string {
  return `
    my ($n, $end, @names) = (0, time + ${seconds});
    while (time < $end) {
      mkdir "d$n" or die; push @names, "d$n";
      open(my $f, '>', "t$n") or die; print $f 'x' x 3000; close $f or die;
      rename "t$n", "r$n" or die; push @names, "r$n"; $n++;
      select(undef, undef, undef, 0.05);
    }
    print join("\\n", @names), "\\n";`;
}
