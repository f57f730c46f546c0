import * as assert from "node:assert/strict";
import { Kubectl } from "../../components/kubectl/client";
import type { Claim, Node } from "../../components/kubernetes/objects";
import { nodeFindings } from "../../components/storage/openebs/nodeChecks";
import { labEnvironment } from "../../lab/cluster/environment";
import { Api } from "../../lab/plugins/kubernetes/api";
import { loadKubeconfig } from "../../lab/plugins/kubernetes/kubeconfig";
import { labPaths } from "../../lab/support/paths";
import { run } from "../../lab/support/processes";
import { checkNfsDriver, checkRendered, forms } from "../chart/renderedChart";
import { failure } from "../support/failure";
import { poolSettings } from "../support/poolSettings";
import { SshNode } from "../support/sshNode";
import { NfsClient } from "../images/support/nfsClient";
import { StartedCommand } from "../plugins/support/startedCommand";
import { LabCharts } from "./support/labCharts";
import { LabSite } from "./support/labSite";
import { Mayastor } from "./support/mayastor";
import { NfsDriver } from "./support/nfsDriver";
import { completeNode, type NodeState, TestNodes } from "./support/testNodes";

// In sequence: OpenEBS has fixed names, so a cluster can have only one.
describe("OpenEBS on a real cluster, with a stand-in chart of the same structure", function () {
  this.timeout(15 * 60_000);
  let charts: LabCharts;
  before(async () => {
    charts = await LabCharts.start();
  });
  after(() => charts?.stop());

  const helm = (...args: string[]) => run("helm", args, { env: labEnvironment() });

  for (const form of forms) {
    const name = `the engine ${form.engine}${form.logging ? " and logging" : ""}`;
    it(`renders with the values of ${name} to its classes, with images of one registry and nothing unrequested`, () =>
      checkRendered(form, { repository: charts.address, version: "4.4.0" }));
  }

  it("renders with the values of the NFS driver to the driver alone, with images of one registry", () =>
    checkNfsDriver(charts.address));

  describe("the engine hostpath", () => {
    let site: LabSite;
    before(async () => {
      site = await LabSite.start({ namespace: "on-hostpath", nodePort: 30047 });
      await site.project.configure({ "storage.engine": "hostpath", ...charts.settings });
    });
    after(async () => site?.stop());

    it("names a chart repository that does not respond, at preview", async () => {
      await site.project.configure({ "storage.chartRepository": "http://127.0.0.1:1" });
      assert.match(await failure(site.project.preview()), /127\.0\.0\.1:1[^]*check the chart name and repository/);
      await site.project.configure(charts.settings);
    });

    it("prints the command that removes an unfinished release after a kill, and that command works", async () => {
      const { cluster, project } = site;
      // No image can be pulled from this registry, so Helm waits.
      await project.configure({ "storage.imageRegistry": "registry.example.com" });
      const up = new StartedCommand(project, "up", "--yes", "--skip-preview");
      const isAtWork = async () => (await cluster.names("deployments", "openebs")).length > 0;
      await cluster.until("Helm works", 120, isAtWork);
      up.signal("SIGKILL");
      await up.ended();
      await project.cancel();
      await project.configure(charts.settings);
      const output = await failure(project.up());
      assert.match(output, /OpenEBS's release is unfinished \(pending-install\)/);
      const [, remedy = ""] = /uninstall it: (helm .*)/.exec(output) ?? [];
      await run("sh", ["-c", remedy], { env: labEnvironment() });
      assert.deepEqual(await cluster.names("deployments", "openebs"), []);
    });

    it("installs one class and its provisioner, and deploys a site on that class", async () => {
      const { cluster, project, namespace } = site;
      await project.up();
      assert.equal(await site.status(), 302);
      assert.deepEqual((await project.outputs()).storageClasses, ["openebs-hostpath"]);
      const classes = await cluster.names("storageclasses");
      assert.deepEqual(
        classes.filter((name) => /openebs|mayastor/.test(name)),
        ["openebs-hostpath"],
      );
      const own = await cluster.names("deployments,statefulsets,daemonsets,configmaps", "openebs");
      assert.deepEqual(
        own.filter((name) => name !== "kube-root-ca.crt"),
        ["openebs-localpv-provisioner"],
      );
      const { items } = await cluster.json<{ items: Claim[] }>(
        "get",
        "persistentvolumeclaims",
        "--namespace",
        namespace,
      );
      assert.deepEqual(
        items.map(({ spec }) => spec.storageClassName),
        ["openebs-hostpath", "openebs-hostpath"],
      );
    });

    it("has nothing to do at the second up", async () => {
      const { changes } = await site.project.up();
      assert.deepEqual(Object.keys(changes), ["same"]);
    });

    it("is refused to a second stack, with a message that names the first stack's class", async () => {
      const second = await LabSite.start({ namespace: "second", nodePort: 30057 });
      try {
        await second.project.configure({ "storage.engine": "hostpath", ...charts.settings });
        const output = await failure(second.project.up());
        assert.match(output, /this cluster has one that is not this stack's[^]*storage\.className openebs-hostpath/);
        assert.ok(!(await second.cluster.names("namespaces")).includes("second"));
      } finally {
        await second.stop();
      }
    });

    it("leaves no namespace, class, driver or volume after destroy", async () => {
      await site.project.destroy();
      await assertNothingLeft(site, "on-hostpath");
    });
  });

  describe("the engine replicated", () => {
    const names = ["p0", "p1", "p2"] as const;
    let site: LabSite;
    let nodes: TestNodes;
    let mayastor: Mayastor;
    let nfs: NfsDriver;
    let machine: SshNode;

    before(async () => {
      const api = new Api(loadKubeconfig({ kubeconfig: labPaths.kubeconfig }));
      nodes = new TestNodes(api);
      mayastor = new Mayastor(api);
      nfs = new NfsDriver(api);
      for (const name of names) await nodes.add(name, completeNode);
      machine = await SshNode.start();
      // Shared content without a class: the stack manages one.
      const settings = { contentAccessMode: "ReadWriteMany", wordpressReplicas: 3 };
      site = await LabSite.start({ namespace: "on-pools", nodePort: 30067, settings });
      await site.project.configure({ "storage.engine": "replicated", ...charts.settings });
      await site.project.configure({ "storage.nfsChartRepository": charts.address });
      await site.project.configure(poolSettings(names));
    });
    after(async () => {
      await site?.stop();
      await nfs?.stop();
      await mayastor?.stop();
      await nodes?.stop();
      await machine?.stop();
    });

    const lacks: readonly (readonly [string, Partial<NodeState>, RegExp | undefined])[] = [
      ["nothing", {}, undefined],
      ["to be Ready", { ready: false }, /p0 is not Ready; inspect: kubectl --context lab describe node p0/],
      ["the architecture", { architecture: "arm64" }, /p0 is arm64, .*runs on amd64 only/],
      [
        "a kernel",
        { kernelVersion: "5.10.0-32-amd64" },
        /p0 has Linux 5\.10\.0-32-amd64, and at least 5\.15 is required/,
      ],
      ["a processor", { cpu: "2" }, /p0 has 2 CPUs, and at least 3 are required/],
      ["huge pages", { hugePages: "1Gi" }, /p0 has 1Gi of 2Gi of huge pages; on p0: .*vm\.nr_hugepages = 1024/],
    ];
    for (const [what, state, expected] of lacks) {
      it(`sees on a node of the cluster that it lacks ${what}`, async () => {
        await nodes.set("p0", { ...completeNode, ...state });
        const pools = [{ key: "storage.pools[0].node", node: "p0" }];
        const seen = await new Kubectl({ kubeconfig: labPaths.kubeconfig, context: "lab" }).list<Node>("nodes");
        const findings = nodeFindings(pools, seen, { context: "lab", managesNodes: false });
        if (expected === undefined) assert.deepEqual(findings, []);
        else assert.match(findings.length === 1 ? (findings[0] ?? "") : findings.join("\n"), expected);
      });
    }

    it("refuses nodes with four problems in one message, without installing OpenEBS", async () => {
      await nodes.set("p0", { ...completeNode, ready: false, cpu: "2" });
      for (const name of ["p1", "p2"]) await nodes.set(name, { ...completeNode, hugePages: "0" });
      const output = await failure(site.project.up());
      assert.match(output, /Preflight failed \(4 findings\); nothing was changed:/);
      for (const text of ["p0 is not Ready", "p0 has 2 CPUs", "p1 has 0 of 2Gi", "p2 has 0 of 2Gi"]) {
        assert.ok(output.includes(`the node ${text}`), text);
      }
      assert.ok(!(await site.cluster.names("namespaces")).includes("openebs"));
    });

    it("prepares the nodes, creates the pools, waits for them, and deploys a site on their volumes", async () => {
      for (const name of names) await nodes.set(name, { ...completeNode, hugePages: "0" });
      await site.project.configure({ "nodeSsh.port": String(machine.port) });
      for (const name of names) {
        await site.project.configure({
          [`nodeSsh.hosts.${name}.host`]: "127.0.0.1",
          [`nodeSsh.hosts.${name}.hostKey`]: machine.hostKey,
        });
      }
      await site.project.configureSecret("nodeSshPrivateKey", machine.privateKey);
      // A kubelet counts its huge pages when it starts.
      const kubelet = setInterval(() => {
        if (!machine.calls.includes("restart kubelet")) return;
        clearInterval(kubelet);
        for (const name of names) void nodes.set(name, completeNode);
      }, 500);
      mayastor.onlineAfterMs.set("pool-p2", 5000);
      const { output } = await site.project.up().finally(() => clearInterval(kubelet));
      assert.ok(!output.includes(machine.privateKey.split("\n")[1] ?? ""));

      assert.equal(machine.read("etc/sysctl.d/90-wordpress-storage.conf"), "vm.nr_hugepages = 1024\n");
      assert.equal(machine.read("pages"), "1024\n");
      const online = names.map((name) => `pool pool-${name} online`);
      assert.deepEqual(mayastor.actions.slice(0, 3).sort(), online, mayastor.problem);
      assert.deepEqual(mayastor.actions.slice(3).sort(), [
        "volume of on-pools/data-mariadb-0",
        "volume of openebs-nfs/nfs-server",
      ]);
      assert.deepEqual(nfs.actions, ["volume of on-pools/wordpress-content"], nfs.problem);
      assert.equal(await site.status(), 200);
    });

    it("serves the files of the pods to an NFSv4.1 client", async () => {
      const { cluster, namespace } = site;
      const firstPod = (selector: string, from: string, path: string) =>
        cluster.kubectl(
          ...["get", "pods", "--namespace", from, `--selector=${selector}`, `--output=jsonpath={.items[0].${path}}`],
        );
      const client = await NfsClient.connect(await firstPod("app=nfs-server", "openebs-nfs", "status.podIP"), 2049, {
        owner: "test",
      });
      try {
        await client.reclaimComplete();
        const [volume = "", ...others] = await client.list(await client.lookup("/export"));
        assert.deepEqual(others, []);
        const content = await client.lookup(`/export/${volume}/wp-content`);
        const pod = await firstPod("app=wordpress", namespace, "metadata.name");
        const seen = await site.inPod(pod, "ls", "-A", "/var/www/html/wp-content");
        assert.deepEqual((await client.list(content)).sort(), seen.trim().split("\n").sort());
        const { stateid, handle } = await client.create(content, "by-nfs.txt");
        await client.write(handle, stateid, 0n, Buffer.from("written by NFS"));
        await client.close(handle, stateid);
        assert.equal(await site.inPod(pod, "cat", "/var/www/html/wp-content/by-nfs.txt"), "written by NFS");
      } finally {
        client.disconnect();
      }
    });

    it("creates the tutorial's storage classes, with all pools online", async () => {
      const { cluster, project } = site;
      const pools = await cluster.kubectl(
        ...["get", "diskpools", "--namespace", "openebs"],
        "--output=jsonpath={range .items[*]}{.metadata.name} {.spec.node} {.status.pool_status}{'\\n'}{end}",
      );
      assert.equal(pools, "pool-p0 p0 Online\npool-p1 p1 Online\npool-p2 p2 Online\n");
      // The stack's own volumes are on the first.
      const ours = [
        ...["openebs-replicated", "mayastor-etcd-localpv", "openebs-hostpath", "openebs-nfs", "openebs-nfs-server"],
        "openebs-single-replica",
      ];
      const classes = await cluster.names("storageclasses");
      assert.deepEqual(
        classes.filter((name) => /openebs|mayastor/.test(name)),
        [...ours].sort(),
      );
      const outputs = await project.outputs();
      assert.deepEqual([outputs.storageClasses, outputs.diskPools], [ours, ["pool-p0", "pool-p1", "pool-p2"]]);
      assert.deepEqual(await cluster.names("volumesnapshotclasses.snapshot.storage.k8s.io"), ["openebs-replicated"]);
      for (const name of names) assert.equal((await nodes.labels(name))["openebs.io/engine"], "mayastor");
    });

    it("installs no workload, ConfigMap or Secret of the chart that is not needed", async () => {
      const kinds = "deployments,statefulsets,daemonsets,configmaps,secrets";
      const own = await site.cluster.names(kinds, "openebs");
      assert.deepEqual(
        own.filter((name) => !/^kube-root-ca|^sh\.helm/.test(name)),
        ["openebs-etcd", "openebs-io-engine", "openebs-localpv-provisioner", "openebs-operator-diskpool"],
      );
      assert.deepEqual(await site.cluster.names("persistentvolumeclaims", "openebs"), [
        "data-openebs-etcd-0",
        "data-openebs-etcd-1",
        "data-openebs-etcd-2",
      ]);
    });

    it("has nothing to do at the second up", async () => {
      const { changes } = await site.project.up();
      assert.deepEqual(Object.keys(changes), ["same"]);
    });

    it("adds Loki on request, with passwords of the stack's own", async () => {
      await site.project.configure({ "storage.logging": "true" });
      await site.project.up();
      assert.ok((await site.cluster.names("storageclasses")).includes("mayastor-loki-localpv"));
      const secret = ["get", "secret", "openebs-minio", "--namespace", "openebs"] as const;
      const { data } = await site.cluster.json<{ data: Record<string, string> }>(...secret);
      const passwords = Object.values(data).map((text) => Buffer.from(text, "base64").toString());
      assert.equal(new Set(passwords).size, 2);
      for (const password of passwords) {
        assert.match(password, /^[A-Za-z0-9]{32}$/);
        assert.ok(!site.project.transcript.includes(password));
        assert.ok(!(await helm("list", "--namespace", "openebs", "--output=json")).includes(password));
        assert.ok(!(await site.project.pulumi("stack", "export")).includes(password));
      }
    });

    it("is destroyed in order and leaves nothing in the cluster or on the nodes", async () => {
      mayastor.actions.length = 0;
      await site.project.destroy();
      assert.deepEqual(mayastor.actions.slice(0, 2).sort(), [
        "volume of on-pools/data-mariadb-0 deleted",
        "volume of openebs-nfs/nfs-server deleted",
      ]);
      assert.deepEqual(nfs.actions.at(-1), "volume of on-pools/wordpress-content deleted");
      assert.deepEqual(mayastor.actions.slice(2).sort(), [
        "pool pool-p0 deleted",
        "pool pool-p1 deleted",
        "pool pool-p2 deleted",
      ]);
      await assertNothingLeft(site, "on-pools");
      const definitions = await site.cluster.names("customresourcedefinitions");
      assert.deepEqual(
        definitions.filter((name) => /openebs|snapshot/.test(name)),
        [],
      );
      for (const name of names) assert.ok(!("openebs.io/engine" in (await nodes.labels(name))));
      assert.equal(machine.read("etc/sysctl.d/90-wordpress-storage.conf"), undefined);
      assert.equal(machine.read("etc/modules-load.d/wordpress-storage.conf"), undefined);
      assert.equal(machine.read("pages"), "0\n");
    });
  });
});

/** Asserts that the cluster has no namespace, class, driver or volume of a stack with OpenEBS. */
async function assertNothingLeft({ cluster }: LabSite, namespace: string): Promise<void> {
  const namespaces = await cluster.names("namespaces");
  for (const own of [namespace, "openebs", "openebs-nfs"]) assert.ok(!namespaces.includes(own), namespaces.join(", "));
  const named = await cluster.names("storageclasses,csidrivers");
  assert.deepEqual(
    named.filter((name) => /openebs|mayastor|nfs/.test(name)),
    [],
  );
  const { items } = await cluster.json<{ items: { spec: { claimRef?: { namespace?: string } } }[] }>(
    "get",
    "persistentvolumes",
  );
  const places = items.map(({ spec }) => spec.claimRef?.namespace);
  assert.ok(!places.includes(namespace) && !places.includes("openebs"), places.join(", "));
}
