import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { labEnvironment } from "../../lab/cluster/environment";
import { labNodes, network } from "../../lab/cluster/layout";
import { removeLink } from "../../lab/cluster/network";
import { kubernetesVersion } from "../../lab/kubernetes/build";
import { labPaths, stateRoot } from "../../lab/support/paths";
import { run } from "../../lab/support/processes";
import { Cluster } from "../e2e/support/cluster";
import { isFailedCommand, isUnreachable, NotYet } from "../support/until";
import { daemons, killDaemon, killDaemonsAndShims, pretendReboot } from "./support/breaking";
import { connect, lab, refusedLab, traces, whilePortIsTaken } from "./support/machine";
import { claim, denyAll, namespace, nodePort, pods, podWith, workload } from "./support/workload";

describe("the lab", function () {
  this.timeout(10 * 60_000);
  this.bail(true);
  let untouched: string[];
  let cluster: Cluster;

  const inTests = (...args: string[]) => cluster.kubectl("--namespace", namespace, ...args);
  const inPod = (pod: string, command: string) => inTests("exec", pod, "--", "sh", "-c", command);
  const apply = (...objects: object[]) =>
    cluster.apply(objects.map((object) => JSON.stringify(object)).join("\n---\n"));
  /** Whether a pod can connect to another one. A policy drops the packets of a connection that it forbids. */
  const reaches = async (from: string, to: string) => {
    const address = await inTests("get", "pod", to, "--output=jsonpath={.status.podIP}");
    const outcome = await inPod(from, `curl --connect-timeout 3 -fsS http://${address}:8080/ || echo "curl: $?"`);
    assert.match(outcome, new RegExp(`^${to}\\n$|^curl: 28\\n$`));
    return outcome === `${to}\n`;
  };
  const podsServe = () => inTests("rollout", "status", "statefulset/web", "--timeout=360s");
  const volumeFolders = (name: string) => fs.readdirSync(labPaths.volumes).filter((folder) => folder.endsWith(name));
  const dataIsThere = async () => {
    for (const pod of pods) {
      // The pod's status may be older than the fault: a ready pod may have failed since.
      let found = "";
      const isRead = async () => {
        found = await inPod(pod, "cat /srv/own/name /srv/shared/all");
        return true;
      };
      await cluster.until(`${pod} shows its files`, 60, isRead, isFailedCommand);
      assert.equal(found, `${pod}\nall\n`);
    }
  };

  before(async () => {
    await lab("down");
    untouched = traces();
  });
  after(() => lab("down"));

  describe("before it exists", () => {
    it("has commands that fail with the command that starts a lab", async () => {
      for (const command of [["status"], ["env"], ["node", "stop", "k1"]]) {
        assert.match(
          await lab(...command).catch(({ output }: { output: string }) => output),
          /There is no lab on this machine\. Start one: npm run lab -- up/,
        );
      }
      assert.equal(await lab("down"), "There is no lab on this machine.\n");
    });

    it("ignores a pod's link that the kernel has removed, and fails for one that it cannot remove", async () => {
      await removeLink("veth-missing");
      await assert.rejects(removeLink("lo"), /ip link delete lo ended with/);
    });

    for (const port of [30007, 6443]) {
      it(`does not start if port ${port} is in use, and names the process`, () =>
        whilePortIsTaken(port, async () => {
          const taken = `port ${port} of 127.0.0.1 is in use by PID ${process.pid} `;
          assert.ok((await refusedLab("up")).includes(taken));
          assert.deepEqual(traces(), untouched);
        }));
    }
  });

  describe("after up", () => {
    it("has three ready nodes within 90 s", async () => {
      const begun = Date.now();
      await lab("up");
      assert.ok(Date.now() - begun < 90_000, `it took ${(Date.now() - begun) / 1000} s`);
      cluster = new Cluster(labEnvironment());
      await cluster.kubectl("wait", "nodes", "k0", "k1", "k2", "--for=condition=Ready", "--timeout=1s");
      assert.match(await lab("status"), new RegExp(`^k2 +Ready +10\\.86\\.0\\.12 +v${kubernetesVersion}`, "m"));
    });

    it("refuses a second command while one is running", async () => {
      const outcomes = await Promise.allSettled([lab("up"), lab("up")]);
      assert.deepEqual(outcomes.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
      const said = outcomes.map((one) => (one.status === "rejected" ? String(one.reason) : one.value)).join();
      assert.match(said, /another lab command is running, PID \d+/);
    });

    it("runs a pod on each node, each of which reaches the Service and the API server by name", async () => {
      await apply(...workload);
      await podsServe();
      const nodes = await inTests("get", "pods", "--output=jsonpath={.items[*].spec.nodeName}");
      assert.deepEqual(nodes.split(" ").sort(), ["k0", "k1", "k2"]);
      for (const pod of pods) {
        // kube-proxy writes its rules up to a second after the pods are ready.
        assert.match(
          await inPod(pod, "curl -fsS --retry 5 --retry-connrefused http://web.lab-test.svc.cluster.local/"),
          /^web-\d\n$/,
        );
        assert.match(
          await inPod(pod, "curl -ksS https://kubernetes.default/version"),
          new RegExp(`"v${kubernetesVersion}"`),
        );
      }
      assert.match(await inTests("logs", "web-1"), /Development Server/);
    });

    it("refuses connections to the address of a Service that does not exist, from the machine and from a pod", async () => {
      const unusedAddress = "10.87.255.254";
      await assert.rejects(connect(80, { host: unusedAddress }), { code: "ECONNREFUSED" });
      await assert.rejects(inPod("web-0", `curl --max-time 5 -sS http://${unusedAddress}/`), /ended with 7:/);
    });

    it("lets running pods reach Services while another interface joins their bridge", async () => {
      const allAskApi = () => {
        const askApi = "curl --max-time 5 -ksS https://kubernetes.default/version";
        return Promise.all(pods.map((pod) => inPod(pod, askApi)));
      };
      await allAskApi();
      await run("ip", ["link", "add", "lab-test", "address", "00:00:00:00:00:02", "type", "veth"]);
      try {
        await run("ip", ["link", "set", "lab-test", "master", network.bridge, "up"]);
        await allAskApi();
      } finally {
        await removeLink("lab-test");
      }
    });

    it("answers on the NodePort at 127.0.0.1, from all pods", async () => {
      const seen = new Set<string>();
      const haveAllAnswered = async () => {
        seen.add(await (await fetch(`http://127.0.0.1:${nodePort}/`)).text());
        return seen.size === 3;
      };
      await cluster.until("every pod has answered", 20, haveAllAnswered, isUnreachable);
    });

    it("refuses connections to the NodePort without a pod, and accepts them again with pods, even from the same source port", async () => {
      // Outside the kernel's ephemeral port range.
      const from = 61_100;
      const select = (app: string) =>
        inTests("patch", "service", "web", "--patch", JSON.stringify({ spec: { selector: { app } } }));
      await select("none");
      const refuses = () =>
        connect(nodePort).then(
          () => false,
          ({ code }: NodeJS.ErrnoException) => code === "ECONNREFUSED",
        );
      await cluster.until("it refuses", 20, refuses);
      await assert.rejects(connect(nodePort, { localPort: from }), { code: "ECONNREFUSED" });
      await select("web");
      const answers = async () => {
        await connect(nodePort);
        return true;
      };
      await cluster.until("it answers", 20, answers, isUnreachable);
      await connect(nodePort, { localPort: from });
    });

    it("gives each pod its own volume, and shares a volume of the class `shared`", async () => {
      for (const pod of pods) await inPod(pod, `echo ${pod} > /srv/own/name`);
      await inPod("web-0", "echo all > /srv/shared/all");
      await dataIsThere();
    });

    it("enforces a NetworkPolicy between pods on different nodes from its creation until its deletion", async () => {
      assert.ok(await reaches("web-0", "web-1"));
      try {
        await apply(denyAll);
        await cluster.until("the connection is blocked", 20, async () => !(await reaches("web-0", "web-1")));
      } finally {
        await inTests("delete", "networkpolicy", "deny-all");
      }
      await cluster.until("the connection is allowed", 20, () => reaches("web-0", "web-1"));
    });

    it("restarts no daemon at a second up", async () => {
      const old = daemons();
      assert.ok(old.length > 0);
      await lab("up");
      assert.deepEqual(daemons(), old);
    });
  });

  describe("storage classes", () => {
    it("refuse ReadWriteMany on `standard`", async () => {
      await apply(claim("refused", "standard", "ReadWriteMany"), podWith("refused"));
      await cluster.until("the claim's events say why", 30, async () =>
        (await inTests("describe", "pvc", "refused")).includes("ReadWriteOnce and ReadWriteOncePod only"),
      );
      await inTests("delete", "pod/refused", "pvc/refused");
    });

    it("expand a claim of an expandable class, and refuse one of another class", async () => {
      await apply(claim("fixed", "fixed", "ReadWriteOnce"), podWith("fixed"));
      await inTests("wait", "pvc", "fixed", "--for=jsonpath={.status.phase}=Bound", "--timeout=20s");
      const larger = ["--patch", JSON.stringify({ spec: { resources: { requests: { storage: "2Gi" } } } })];
      await assert.rejects(inTests("patch", "pvc", "fixed", ...larger), /forbidden.*only dynamically provisioned/s);
      const [folder] = volumeFolders("_lab-test_fixed");
      assert.ok(folder);
      await inTests("delete", "pod/fixed", "pvc/fixed");
      await cluster.until("its files are deleted", 60, () => Promise.resolve(volumeFolders(folder).length === 0));
      // As containerd does for a container that it is about to start.
      fs.mkdirSync(path.join(labPaths.volumes, folder), { recursive: true });
      await cluster.until("the recreated files are deleted, too", 90, () =>
        Promise.resolve(volumeFolders(folder).length === 0),
      );
      for (const name of ["own-web-0", "shared"]) {
        await inTests("patch", "pvc", name, ...larger);
        await inTests("wait", "pvc", name, "--for=jsonpath={.status.capacity.storage}=2Gi", "--timeout=20s");
      }
    });
  });

  describe("after a fault", () => {
    it("keeps its containers after a kill -9 of a kubelet", async () => {
      const ids = () => inTests("get", "pods", "--output=jsonpath={.items[*].status.containerStatuses[*].containerID}");
      const old = await ids();
      assert.match(old, /containerd:/);
      await killDaemon("kubelet-k1");
      await refusedLab("status");
      await lab("up");
      await podsServe();
      assert.equal(await ids(), old);
    });

    it("recovers from a kill -9 of the API server, etcd and a containerd", async () => {
      for (const name of ["kube-apiserver", "etcd", "containerd-k2"]) await killDaemon(name);
      await lab("up");
      await podsServe();
      await dataIsThere();
    });

    it("blocks new connections of pods while no program enforces policies, and allows them after up", async () => {
      await killDaemon("network-policies");
      assert.ok(!(await reaches("web-0", "web-1")));
      await lab("up");
      assert.ok(await reaches("web-0", "web-1"));
    });

    it("recovers from a kill -9 of all daemons and shims", async () => {
      await killDaemonsAndShims();
      await lab("up");
      await podsServe();
      await dataIsThere();
    });

    it("recovers from a simulated reboot, after which its PID files name another process", async () => {
      await pretendReboot();
      await lab("up");
      await podsServe();
      await dataIsThere();
    });
  });

  describe("with a stopped node", () => {
    const [, k1] = labNodes;
    const ready = (status: string) =>
      cluster.kubectl("wait", "node/k1", `--for=condition=Ready=${status}`, "--timeout=270s");

    it("runs no daemon of that node, and reports it as not ready", async () => {
      const itsDaemons = () => daemons().filter(({ command }) => command.includes(k1?.folder ?? "?"));
      assert.ok(itsDaemons().length > 0);
      await lab("node", "stop", "k1");
      assert.deepEqual(itsDaemons(), []);
      assert.ok(!traces().some((line) => line.startsWith("mount") && line.includes("/k1/")));
      await ready("Unknown");
      assert.match(await refusedLab("status"), /^k1 +NotReady/m);
    });

    it("runs the node and its pod again after a start", async () => {
      await lab("node", "start", "k1");
      await ready("True");
      await podsServe();
      await dataIsThere();
      assert.match(await lab("status"), /^k1 +Ready/m);
    });
  });

  describe("cleanup", () => {
    it("removes the files of all volumes when their namespace is deleted", async () => {
      assert.equal(volumeFolders("_lab-test_own-web-0").length, 1);
      await cluster.kubectl("delete", "namespace", namespace, "--timeout=180s");
      await cluster.until("no file is left", 90, async () => {
        const left = volumeFolders("");
        const log = fs.readFileSync(path.join(labPaths.logs, "volumes.log"), "utf8").slice(-2000);
        const volumes = await cluster.kubectl("get", "persistentvolumes", "--output=wide");
        if (left.length > 0) throw new NotYet(`${left.join()}\n${volumes}\n${log}`);
        return true;
      });
      assert.deepEqual(await cluster.names("persistentvolumes"), []);
    });

    it("leaves nothing after a down, even with running pods", async () => {
      await apply(...workload);
      await podsServe();
      await lab("down");
      assert.ok(!fs.existsSync(stateRoot));
      assert.deepEqual(traces(), untouched);
    });
  });
});
