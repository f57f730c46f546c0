import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { prepareNode, restoreNode } from "../../components/storage/nodeScripts";
import { putNodeCommands } from "../support/nodeCommands";

describe("the scripts that prepare a node", () => {
  let node: string;
  const file = (name: string) => path.join(node, name);
  const read = (name: string) => (fs.existsSync(file(name)) ? fs.readFileSync(file(name), "utf8") : undefined);
  const restarts = () => (read("calls") ?? "").split("\n").filter((call) => call.includes("restart"));

  beforeEach(() => {
    node = fs.mkdtempSync(path.join(os.tmpdir(), "node-"));
    for (const folder of ["etc/modules-load.d", "etc/sysctl.d"]) fs.mkdirSync(file(folder), { recursive: true });
    putNodeCommands(node);
  });
  afterEach(() => fs.rmSync(node, { recursive: true }));

  /** Runs a script on the node: below its folder in place of /etc. */
  const run = (script: string, environment: object = {}) =>
    execFileSync("/bin/sh", ["-c", script.replaceAll("/etc/", file("etc/"))], {
      env: { PATH: `${file("bin")}:${process.env.PATH}`, NODE: node, UNIT: "kubelet", MOST: "9999", ...environment },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
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
    run(prepareNode);
    fs.rmSync(file("calls"));
    run(prepareNode);
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
