import * as assert from "node:assert";
import { setTimeout } from "node:timers/promises";
import type { AnyObject } from "../../components/kubernetes/objects";
import { failure } from "../support/failure";
import type { RecordedCall } from "../support/recordedCall";
import { assertBefore, operations, done, isAbout, only, subject, subjects } from "./support/calls";
import { RecordedSite } from "./support/recordedSite";

const disk = (node: string) => `/dev/disk/by-id/ata-disk-of-${node}`;
const release = "Release/storage-openebs-release";
const pools = /^DiskPool\//;
const workloads = /^StatefulSet\//;

describe("stack with the engine replicated", function () {
  this.timeout(20 * 60_000);
  let site: RecordedSite;
  let created: readonly RecordedCall[];

  before(async () => {
    site = await RecordedSite.start();
    await site.project.configure({ "storage.engine": "replicated" });
    for (const [index, node] of ["k0", "k1", "k2"].entries()) {
      await site.project.configure({
        [`storage.pools[${index}].node`]: node,
        [`storage.pools[${index}].disk`]: disk(node),
      });
    }
  });
  after(() => site.stop());

  it("is refused on unsuitable nodes with one message for all three problems, and creates nothing", async () => {
    const nodes = [...site.cluster.nodes];
    const [k0, k1] = nodes;
    assert.ok(k0 && k1);
    const weak = { ...k1.status, capacity: { cpu: "2" }, allocatable: {} };
    site.cluster.nodes.splice(0, 3, k0, { ...k1, status: weak });
    const output = await failure(site.up());
    assert.match(output, /Preflight failed \(3 findings\); nothing was changed:/);
    assert.match(output, /storage\.pools\[1\]\.node: the node k1 has 2 CPUs, and at least 3 are required/);
    assert.match(output, /storage\.pools\[1\]\.node: the node k1 has 0 of 2Gi of huge pages; on k1: /);
    assert.match(output, /storage\.pools\[2\]\.node: "k2" is no node of this cluster, which has k0, k1/);
    assert.deepStrictEqual(site.provider.objects, []);
    site.cluster.nodes.splice(0, 2, ...nodes);
  });

  it("installs OpenEBS, then the pools, then the class, then the workloads with volumes", async () => {
    await site.up();
    created = done(site.calls, "create");
    assertBefore(created, /^Command\/preflight/, /^(Namespace|NodePatch|Release)\//);
    assertBefore(created, "Namespace/openebs", release);
    assertBefore(created, /^NodePatch\//, release);
    assertBefore(created, release, pools);
    assertBefore(created, pools, "StorageClass/openebs-replicated");
    assertBefore(created, release, "VolumeSnapshotClass/openebs-replicated");
    assertBefore(created, "StorageClass/openebs-replicated", workloads);
    assert.deepStrictEqual((await site.project.outputs()).diskPools, ["pool-k0", "pool-k1", "pool-k2"]);
  });

  it("has no changes at the second up", async () => {
    const { changes } = await site.up();
    assert.deepStrictEqual(Object.keys(changes), ["same"]);
    assert.deepStrictEqual(operations(site.calls), []);
  });

  it("replaces only the class for another number of replicas", async () => {
    await site.up({ "storage.replicas": "2" });
    assert.deepStrictEqual(operations(site.calls), [
      "create StorageClass/openebs-replicated",
      "delete StorageClass/openebs-replicated",
    ]);
    const { inputs } = only(site.calls, "create", "StorageClass/openebs-replicated");
    assert.deepStrictEqual(inputs.parameters, { protocol: "nvmf", repl: "2", fsType: "xfs" });
  });

  it("updates only the Helm release for another chart version, repository, registry, and logging", async () => {
    await site.up({
      "storage.chartVersion": "4.4.1",
      "storage.chartRepository": "https://charts.example.com/openebs",
      "storage.imageRegistry": "registry.example.com",
      "storage.logging": "true",
    });
    assert.deepStrictEqual(operations(site.calls), [
      "create RandomPassword/storage-openebs-minio-root",
      "create RandomPassword/storage-openebs-minio-user",
      `update ${release}`,
    ]);
    const { inputs } = only(site.calls, "update", release);
    assert.strictEqual(inputs.version, "4.4.1");
    const values = JSON.stringify(inputs.values);
    for (const text of ["registry.example.com", "loki"]) assert.ok(values.includes(text), text);
    assert.deepStrictEqual(inputs.repositoryOpts, { repo: "https://charts.example.com/openebs" });
  });

  it("warns of io-engine pods that still run the previous version after an upgrade of the chart", async () => {
    const owned = (name: string, hash: string) => ({
      ...{ name, namespace: "openebs", uid: `uid-${name}`, labels: { "controller-revision-hash": hash } },
      ownerReferences: [{ uid: "uid-io-engine" }],
    });
    const revision = (hash: string, number: number) => ({ metadata: owned(hash, hash), revision: number });
    const daemonSet = { name: "openebs-io-engine", namespace: "openebs", uid: "uid-io-engine" };
    site.cluster.daemonSets.push({ metadata: daemonSet, spec: { updateStrategy: { type: "OnDelete" } } } as AnyObject);
    site.cluster.controllerRevisions.push(revision("first", 1), revision("second", 2));
    site.cluster.pods.push({ metadata: owned("openebs-io-engine-k0", "first"), status: { phase: "Running" } });
    const { length } = site.project.transcript;
    await site.up({ "storage.chartVersion": "4.4.2" });
    const output = site.project.transcript.slice(length);
    assert.ok(output.includes("its io-engine: openebs-io-engine-k0 still run the previous version"), output);
    assert.ok(output.includes("kubectl --context small --namespace openebs delete pod openebs-io-engine-k0"), output);
    for (const objects of [site.cluster.daemonSets, site.cluster.controllerRevisions, site.cluster.pods])
      objects.length = 0;
  });

  it("refuses another disk for a pool, and recreates the pool if `replace` is true", async () => {
    const output = await failure(site.up({ "storage.pools[1].disk": disk("new") }));
    assert.match(output, /storage\.pools\[1\]\.disk: "[^"]*new" is not allowed: pool-k1 is on "[^"]*k1"/);
    assert.deepStrictEqual(
      operations(site.calls).filter((operation) => !operation.includes("Command/preflight")),
      [],
    );
    await site.up({ "storage.pools[1].replace": "true" });
    assert.deepStrictEqual(
      operations(site.calls).filter((operation) => operation.includes("DiskPool")),
      ["create DiskPool/pool-k1", "delete DiskPool/pool-k1"],
    );
    assert.ok(!operations(site.calls).some((operation) => /StatefulSet|StorageClass|Release/.test(operation)));
  });

  it("refuses to delete a pool that has volumes, and changes nothing", async () => {
    site.cluster.poolStatus["pool-k2"] = { cr_state: "Created", pool_status: "Online", used: 1 << 30 };
    await site.project.pulumi("config", "rm", "--path", "storage.pools[2]");
    const output = await failure(site.up());
    assert.match(output, /storage\.pools: pool-k2 on k2 is not in the list anymore, and volumes use 1073741824 bytes/);
    assert.deepStrictEqual(
      operations(site.calls).filter((operation) => !operation.includes("Command/preflight")),
      [],
    );
    await site.up({ "storage.pools[2].node": "k2", "storage.pools[2].disk": disk("k2") });
  });

  it("deletes nothing while another workload has volumes on its pools", async () => {
    site.cluster.volumes.push({
      metadata: { name: "pvc-of-blog", uid: "uid-blog" },
      spec: {
        storageClassName: "fast",
        csi: { driver: "io.openebs.csi-mayastor" },
        claimRef: { namespace: "blog", name: "data" },
      },
    });
    const output = await failure(site.destroy());
    assert.match(output, /Nothing was deleted[^]*volume pvc-of-blog \(claim blog\/data\)/);
    assert.deepStrictEqual(
      subjects(site.calls, "delete").filter((name) => name !== "Command/destroy-guard"),
      [],
    );
    site.cluster.volumes.length = 0;
  });

  it("is deleted in reverse order, and a destroy that failed at a pool is completed by the next one", async () => {
    site.provider.failOnce({ matches: isAbout("DiskPool/pool-k1", "delete"), message: "timed out waiting" });
    const output = await failure(site.destroy());
    assert.match(output, /DiskPool \(storage-pools-k1\)[^]*timed out waiting/);
    const deleted = [...done(site.calls, "delete")];
    assert.ok(!deleted.map(subject).includes(release), "OpenEBS was deleted before its pools");
    await site.destroy();
    deleted.push(...done(site.calls, "delete"));
    const [refused] = deleted.splice(
      deleted.findIndex(({ answered }) => answered === undefined),
      1,
    );
    assert.ok(refused && subject(refused) === "DiskPool/pool-k1");
    assertBefore(deleted, "Command/destroy-guard", workloads);
    assertBefore(deleted, workloads, "Command/volumes");
    assertBefore(deleted, "Command/volumes", pools);
    assertBefore(deleted, pools, release);
    assertBefore(deleted, release, "Command/storage-openebs-leftovers");
    assertBefore(deleted, "Command/storage-openebs-leftovers", "Namespace/openebs");
    assertBefore(deleted, release, /^NodePatch\//);
    assert.deepStrictEqual(await site.project.resources(), []);
    assert.deepStrictEqual(site.cluster.deleted, ["customresourcedefinition diskpools.openebs.io"]);
  });

  it("waits for a pool that comes online late", async () => {
    let isOnline = false;
    site.provider.untilDone = async (call) => {
      if (!isAbout("DiskPool/pool-k1", "create")(call)) return;
      await setTimeout(1500);
      isOnline = true;
    };
    await site.up();
    assert.ok(isOnline);
    const all = done(site.calls, "create");
    assertBefore(all, "DiskPool/pool-k1", "StorageClass/openebs-replicated");
    assertBefore(all, "DiskPool/pool-k1", workloads);
    await site.destroy();
  });

  describe("on nodes that lack the kernel module nvme-tcp", () => {
    const command = "echo nvme-tcp | sudo tee /etc/modules-load.d/nvme-tcp.conf && sudo modprobe nvme-tcp";
    const remedy = "csi-node does not run on w1: no pod there can mount a replicated volume";
    before(() => {
      site.cluster.logs["openebs/openebs-csi-node-w1"] =
        "Error: Failed to detect nvme_tcp kernel module. Run `modprobe nvme_tcp`\n";
      const containerStatuses = [
        {
          ...{ name: "csi-node", image: "csi-node:x", ready: false, restartCount: 3 },
          lastState: { terminated: { exitCode: 1 } },
        },
      ];
      site.cluster.pods.push({
        metadata: { name: "openebs-csi-node-w1", namespace: "openebs", uid: "uid-w1", labels: { app: "csi-node" } },
        spec: { nodeName: "w1" },
        status: { phase: "Running", containerStatuses },
      });
    });
    after(() => void site.cluster.pods.splice(0));

    it("fails with the nodes and the command if the release does not become ready", async () => {
      const message = "context deadline exceeded";
      site.provider.failOnce({ matches: isAbout(release, "create"), message });
      const output = await failure(site.up());
      assert.match(output, /pod openebs-csi-node-w1 on node w1 container csi-node exited with code 1/);
      assert.match(output, /\| Error: Failed to detect nvme_tcp kernel module/);
      assert.ok(output.includes(`What to do: OpenEBS's ${remedy}`) && output.includes(command), output);
    });

    it("warns with the node and the command if Helm accepts the release nevertheless", async () => {
      const { length } = site.project.transcript;
      await site.up();
      const output = site.project.transcript.slice(length);
      assert.ok(output.includes(remedy) && output.includes(command), output);
      assert.ok(!output.includes("did not come up"), output);
      await site.destroy();
    });
  });

  for (const [what, status, words] of [
    ["is Faulted", { cr_state: "Created", pool_status: "Faulted" }, "Created, Faulted"],
    ["has no status", {}, "OpenEBS's operator has not reported a status yet"],
  ] as const) {
    it(`fails with the state of a pool that ${what}, and is completed by the next up`, async () => {
      site.cluster.poolStatus["pool-k1"] = status;
      const message = "timed out waiting for the condition";
      site.provider.failOnce({ matches: isAbout("DiskPool/pool-k1", "create"), message, leavesObject: true });
      const output = await failure(site.up());
      assert.ok(output.includes(`DiskPool pool-k1 is not online: ${words}`), output);
      assert.ok(output.includes(`disk ${disk("new")}`), output);
      assert.ok(
        !subjects(site.calls, "create").some((name) => workloads.test(name)),
        "the database was created without storage",
      );
      delete site.cluster.poolStatus["pool-k1"];
      await site.up();
      assert.deepStrictEqual(
        operations(site.calls).filter((operation) => operation.includes("DiskPool")),
        ["update DiskPool/pool-k1"],
      );
      await site.destroy();
    });
  }
});
