import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { loadModule, prepareNode, restoreNode, unloadModule } from "./nodeScripts";
import { putNodeCommands } from "../../../tests/support/nodeCommands";

describe("the scripts that prepare a node", () => {
  let node: string;
  const file = (name: string) => path.join(node, name);
  const read = (name: string) => (fs.existsSync(file(name)) ? fs.readFileSync(file(name), "utf8") : undefined);
  /** What the kernel says of huge pages. @param pages how many processes have, and how many are promised to them */
  const uses = (pages: number, promised = 0) => {
    const lines = { HugePages_Total: 1024, HugePages_Free: 1024 - pages, HugePages_Rsvd: promised, HugePages_Surp: 0 };
    const text = Object.entries(lines).map(([name, count]) => `${name}:    ${count}\n`);
    fs.mkdirSync(file("proc"), { recursive: true });
    fs.writeFileSync(file("proc/meminfo"), `MemTotal:   16384000 kB\n${text.join("")}Hugepagesize:    2048 kB\n`);
  };
  /** A clock for the scripts, by which no time passes. @param then what happens at each second */
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

  /** Runs a script on the node: below its folder in place of /etc and /proc. */
  const run = (script: string, environment: object = {}) =>
    execFileSync("/bin/sh", ["-c", script.replaceAll("/etc/", file("etc/")).replaceAll("/proc/", file("proc/"))], {
      env: { PATH: `${file("bin")}:${process.env.PATH}`, NODE: node, UNIT: "kubelet", MOST: "9999", ...environment },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });

  const modules = () => fs.readdirSync(file("etc/modules-load.d")).sort();
  const unloads = () => (read("calls") ?? "").split("\n").filter((call) => call.startsWith("modprobe -r"));

  describe("of a node without a pool", () => {
    it("load the module now and for each boot, and touch no huge page", () => {
      run(loadModule);
      run(loadModule);
      assert.equal(read("etc/modules-load.d/wordpress-mounts.conf"), "nvme-tcp\n");
      assert.equal(read("calls"), "modprobe nvme-tcp\nmodprobe nvme-tcp\n");
      assert.equal(read("pages"), "0\n");
      run(unloadModule);
      assert.deepEqual(modules(), []);
      assert.deepEqual(unloads(), ["modprobe -r nvme-tcp"]);
    });

    it("leave alone a module that somebody else loads", () => {
      fs.writeFileSync(file("etc/modules-load.d/own.conf"), "nvme-tcp\n");
      run(loadModule);
      run(unloadModule);
      assert.deepEqual(modules(), ["own.conf"]);
      assert.deepEqual(unloads(), []);
    });

    // What an `up` makes comes before what it deletes.
    it("keep the module where the node gets a pool", () => {
      run(loadModule);
      run(prepareNode);
      run(unloadModule);
      assert.deepEqual([modules(), unloads()], [["wordpress-storage.conf"], []]);
    });

    it("keep the module where the node loses its pool", () => {
      run(prepareNode);
      run(loadModule);
      run(restoreNode);
      assert.deepEqual([modules(), unloads()], [["wordpress-mounts.conf"], []]);
      assert.equal(read("pages"), "0\n");
    });

    it("keep the module where somebody else has come to load it", () => {
      run(loadModule);
      fs.writeFileSync(file("etc/modules"), "nvme-tcp\n");
      run(unloadModule);
      assert.deepEqual([modules(), unloads()], [[], []]);
    });
  });

  it("load the module and set the pages, now and for each boot, and restart the kubelet", () => {
    run(prepareNode);
    assert.equal(read("etc/modules-load.d/wordpress-storage.conf"), "nvme-tcp\n");
    assert.equal(read("etc/sysctl.d/90-wordpress-storage.conf"), "vm.nr_hugepages = 1024\n");
    assert.equal(read("pages"), "1024\n");
    assert.match(read("calls") ?? "", /^modprobe nvme-tcp\n/);
    assert.deepEqual(restarts(), ["systemctl restart kubelet"]);
  });

  it("change nothing the second time, and restart nothing", () => {
    const files = ["etc/modules-load.d/wordpress-storage.conf", "etc/sysctl.d/90-wordpress-storage.conf", "pages"];
    run(prepareNode);
    const before = files.map(read);
    fs.rmSync(file("calls"));
    run(prepareNode);
    assert.deepEqual(files.map(read), before);
    assert.deepEqual(restarts(), []);
    assert.equal(read("etc/wordpress-storage-huge-pages"), "0\n");
  });

  it("restart what a node of another make has for a kubelet", () => {
    run(prepareNode, { UNIT: "k3s-agent" });
    assert.deepEqual(restarts(), ["systemctl restart k3s-agent"]);
  });

  it("leave alone what is there already, and persist what is only set", () => {
    fs.writeFileSync(file("pages"), "2048\n");
    fs.writeFileSync(file("etc/modules-load.d/own.conf"), "nvme-tcp\n");
    run(prepareNode);
    assert.equal(read("etc/modules-load.d/wordpress-storage.conf"), undefined);
    assert.equal(read("etc/sysctl.d/90-wordpress-storage.conf"), "vm.nr_hugepages = 2048\n");
    assert.deepEqual([read("pages"), restarts()], ["2048\n", []]);
  });

  it("fail where the memory has no room for the pages, and say what helps", () => {
    assert.throws(
      () => run(prepareNode, { MOST: "700" }),
      /for 1024 huge pages, it has 700: reboot the node, then again/,
    );
    assert.deepEqual(restarts(), []);
  });

  it("are undone as far as they did something", () => {
    fs.writeFileSync(file("pages"), "16\n");
    run(prepareNode);
    run(restoreNode);
    assert.equal(read("pages"), "16\n");
    assert.deepEqual(fs.readdirSync(file("etc"), { recursive: true }).sort(), ["modules-load.d", "sysctl.d"]);
    assert.equal(restarts().length, 2);
  });

  for (const [what, pages, promised] of [
    ["uses", 700, 0],
    ["has been promised", 0, 700],
  ] as const) {
    it(`refuse to take away huge pages that a process ${what}, and undo nothing`, () => {
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

  it("wait for a process that ends, and then take its huge pages away", () => {
    run(prepareNode);
    uses(1024);
    putClock(`[ "$(wc -l < "$NODE/seconds")" -lt 3 ] || sed -i 's/Free:.*/Free: 1024/' "$NODE/proc/meminfo"`);
    run(restoreNode);
    assert.equal(read("seconds"), "5\n5\n5\n");
    assert.equal(read("pages"), "0\n");
  });

  it("leave alone the huge pages that a process had before the program came", () => {
    fs.writeFileSync(file("pages"), "16\n");
    run(prepareNode);
    uses(16);
    run(restoreNode);
    assert.equal(read("pages"), "16\n");
  });

  it("are not undone on a node that had all before", () => {
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
