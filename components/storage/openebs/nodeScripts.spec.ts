import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { loadModule, prepareNode, restoreNode, unloadModule } from "./nodeScripts";
import { putNodeCommands } from "../../../tests/support/nodeCommands";

describe("node scripts", () => {
  let node: string;
  const file = (name: string) => path.join(node, name);
  const read = (name: string) => (fs.existsSync(file(name)) ? fs.readFileSync(file(name), "utf8") : undefined);
  /** Writes the kernel's counters of huge pages. @param pages pages in use @param promised pages reserved for processes */
  const uses = (pages: number, promised = 0) => {
    const lines = { HugePages_Total: 1024, HugePages_Free: 1024 - pages, HugePages_Rsvd: promised, HugePages_Surp: 0 };
    const text = Object.entries(lines).map(([name, count]) => `${name}:    ${count}\n`);
    fs.mkdirSync(file("proc"), { recursive: true });
    fs.writeFileSync(file("proc/meminfo"), `MemTotal:   16384000 kB\n${text.join("")}Hugepagesize:    2048 kB\n`);
  };
  /** Replaces `sleep` by a command that returns at once. @param then shell command for each call */
  const putClock = (then: string) => {
    fs.writeFileSync(file("bin/sleep"), `#!/bin/sh\necho "$*" >> "$NODE/seconds"\n${then}\n`, { mode: 0o755 });
  };
  const restarts = () => (read("calls") ?? "").split("\n").filter((call) => call.includes("restart"));

  beforeEach(() => {
    node = fs.mkdtempSync(path.join(os.tmpdir(), "node-"));
    for (const folder of ["etc/modules-load.d", "etc/sysctl.d"]) fs.mkdirSync(file(folder), { recursive: true });
    putNodeCommands(node);
    uses(0);
  });
  afterEach(() => fs.rmSync(node, { recursive: true }));

  /** Runs a script with the node's folder in place of /etc and /proc. */
  const run = (script: string, environment: object = {}) =>
    execFileSync("/bin/sh", ["-c", script.replaceAll("/etc/", file("etc/")).replaceAll("/proc/", file("proc/"))], {
      env: { PATH: `${file("bin")}:${process.env.PATH}`, NODE: node, UNIT: "kubelet", MOST: "9999", ...environment },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });

  const modules = () => fs.readdirSync(file("etc/modules-load.d")).sort();
  const unloads = () => (read("calls") ?? "").split("\n").filter((call) => call.startsWith("modprobe -r"));

  describe("for a node without a pool", () => {
    it("load the module now and at each boot, and set no huge pages", () => {
      run(loadModule);
      run(loadModule);
      assert.equal(read("etc/modules-load.d/wordpress-mounts.conf"), "nvme-tcp\n");
      assert.equal(read("calls"), "modprobe nvme-tcp\nmodprobe nvme-tcp\n");
      assert.equal(read("pages"), "0\n");
      run(unloadModule);
      assert.deepEqual(modules(), []);
      assert.deepEqual(unloads(), ["modprobe -r nvme-tcp"]);
    });

    it("keep a module that another file loads", () => {
      fs.writeFileSync(file("etc/modules-load.d/own.conf"), "nvme-tcp\n");
      run(loadModule);
      run(unloadModule);
      assert.deepEqual(modules(), ["own.conf"]);
      assert.deepEqual(unloads(), []);
    });

    // An `up` creates before it deletes.
    it("keep the module when the node gets a pool", () => {
      run(loadModule);
      run(prepareNode);
      run(unloadModule);
      assert.deepEqual([modules(), unloads()], [["wordpress-storage.conf"], []]);
    });

    it("keep the module when the node loses its pool", () => {
      run(prepareNode);
      run(loadModule);
      run(restoreNode);
      assert.deepEqual([modules(), unloads()], [["wordpress-mounts.conf"], []]);
      assert.equal(read("pages"), "0\n");
    });

    it("keep the module when another file has been added that loads it", () => {
      run(loadModule);
      fs.writeFileSync(file("etc/modules"), "nvme-tcp\n");
      run(unloadModule);
      assert.deepEqual([modules(), unloads()], [[], []]);
    });
  });

  it("load the module and set the huge pages, now and at each boot, and restart the kubelet", () => {
    run(prepareNode);
    assert.equal(read("etc/modules-load.d/wordpress-storage.conf"), "nvme-tcp\n");
    assert.equal(read("etc/sysctl.d/90-wordpress-storage.conf"), "vm.nr_hugepages = 1024\n");
    assert.equal(read("pages"), "1024\n");
    assert.match(read("calls") ?? "", /^modprobe nvme-tcp\n/);
    assert.deepEqual(restarts(), ["systemctl restart kubelet"]);
  });

  it("change and restart nothing when they run a second time", () => {
    const files = ["etc/modules-load.d/wordpress-storage.conf", "etc/sysctl.d/90-wordpress-storage.conf", "pages"];
    run(prepareNode);
    const before = files.map(read);
    fs.rmSync(file("calls"));
    run(prepareNode);
    assert.deepEqual(files.map(read), before);
    assert.deepEqual(restarts(), []);
    assert.equal(read("etc/wordpress-storage-huge-pages"), "0\n");
  });

  it("restart the kubelet's service of another distribution", () => {
    run(prepareNode, { UNIT: "k3s-agent" });
    assert.deepEqual(restarts(), ["systemctl restart k3s-agent"]);
  });

  it("keep a loaded module and more huge pages than needed, and persist the huge pages", () => {
    fs.writeFileSync(file("pages"), "2048\n");
    fs.writeFileSync(file("etc/modules-load.d/own.conf"), "nvme-tcp\n");
    run(prepareNode);
    assert.equal(read("etc/modules-load.d/wordpress-storage.conf"), undefined);
    assert.equal(read("etc/sysctl.d/90-wordpress-storage.conf"), "vm.nr_hugepages = 2048\n");
    assert.deepEqual([read("pages"), restarts()], ["2048\n", []]);
  });

  it("fail when the memory has no room for the huge pages, and tell to reboot", () => {
    assert.throws(
      () => run(prepareNode, { MOST: "700" }),
      /only 700 of 1024 huge pages could be allocated \(memory is full or fragmented\): reboot the node/,
    );
    assert.deepEqual(restarts(), []);
  });

  it("undo exactly what they did", () => {
    fs.writeFileSync(file("pages"), "16\n");
    run(prepareNode);
    run(restoreNode);
    assert.equal(read("pages"), "16\n");
    assert.deepEqual(fs.readdirSync(file("etc"), { recursive: true }).sort(), ["modules-load.d", "sysctl.d"]);
    assert.equal(restarts().length, 2);
  });

  for (const [what, pages, promised] of [
    ["uses", 700, 0],
    ["has reserved", 0, 700],
  ] as const) {
    it(`refuse to free huge pages that a process ${what}, and undo nothing`, () => {
      fs.writeFileSync(file("pages"), "16\n");
      run(prepareNode);
      fs.rmSync(file("calls"));
      uses(pages, promised);
      putClock("");
      assert.throws(
        () => run(restoreNode),
        /700 huge pages are still in use after 120 s, so nothing was undone on this/,
      );
      assert.equal((read("seconds") ?? "").trim().split("\n").length, 24);
      assert.deepEqual([read("pages"), read("calls")], ["1024\n", undefined]);
      assert.equal(read("etc/sysctl.d/90-wordpress-storage.conf"), "vm.nr_hugepages = 1024\n");
      assert.equal(read("etc/modules-load.d/wordpress-storage.conf"), "nvme-tcp\n");
    });
  }

  it("wait for a process that ends, and then free its huge pages", () => {
    run(prepareNode);
    uses(1024);
    putClock(`[ "$(wc -l < "$NODE/seconds")" -lt 3 ] || sed -i 's/Free:.*/Free: 1024/' "$NODE/proc/meminfo"`);
    run(restoreNode);
    assert.equal(read("seconds"), "5\n5\n5\n");
    assert.equal(read("pages"), "0\n");
  });

  it("keep huge pages that a process had before the node was prepared", () => {
    fs.writeFileSync(file("pages"), "16\n");
    run(prepareNode);
    uses(16);
    run(restoreNode);
    assert.equal(read("pages"), "16\n");
  });

  it("undo nothing on a node that met all requirements before", () => {
    fs.writeFileSync(file("pages"), "2048\n");
    fs.writeFileSync(file("etc/modules-load.d/own.conf"), "nvme-tcp\n");
    fs.writeFileSync(file("etc/sysctl.d/own.conf"), "vm.nr_hugepages = 2048\n");
    run(prepareNode);
    fs.rmSync(file("calls"));
    run(restoreNode);
    assert.deepEqual([read("pages"), read("calls")], ["2048\n", undefined]);
    assert.equal(read("etc/sysctl.d/own.conf"), "vm.nr_hugepages = 2048\n");
  });
});
