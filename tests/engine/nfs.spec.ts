import * as assert from "node:assert";
import { assertBefore, operations, done, only } from "./support/calls";
import { RecordedSite } from "./support/recordedSite";

const driver = "Release/nfs-driver";
const server = "Deployment/nfs-server";
const serverClaim = "PersistentVolumeClaim/nfs-server";
const claim = "PersistentVolumeClaim/wordpress-content";

describe("stack with the engine replicated and shared content", function () {
  this.timeout(20 * 60_000);
  let site: RecordedSite;

  before(async () => {
    site = await RecordedSite.start({ content: "shared", contentAccessMode: "ReadWriteMany" });
    await site.project.configure({
      ...{ "storage.engine": "replicated" },
      ...{ "storage.pools[0].node": "k0", "storage.pools[0].disk": "/dev/disk/by-id/ata-disk" },
    });
  });
  after(() => site.stop());

  it("installs the NFS server after the storage class of its volume, and before the site's claim and pods", async () => {
    await site.up();
    const created = done(site.calls, "create");
    assertBefore(created, /^DiskPool\//, serverClaim);
    assertBefore(created, "StorageClass/openebs-nfs-server", serverClaim);
    assertBefore(created, "NetworkPolicy/nfs-server", server);
    assertBefore(created, server, "StorageClass/openebs-nfs");
    assertBefore(created, driver, "StorageClass/openebs-nfs");
    assertBefore(created, "StorageClass/openebs-nfs", claim);
    assertBefore(created, claim, "Deployment/wordpress");
  });

  it("allows the cluster's nodes to connect to the NFS server", () => {
    const { inputs } = only(site.calls, "create", "NetworkPolicy/nfs-server");
    const { ingress } = inputs.spec as { ingress: [{ from: unknown }] };
    assert.deepStrictEqual(ingress[0].from, [{ ipBlock: { cidr: "10.0.0.10/32" } }]);
  });

  it("allows an added node to connect to the NFS server when you replace the preflight", async () => {
    const [k0] = site.cluster.nodes;
    assert.ok(k0);
    const status = { ...k0.status, addresses: [{ type: "InternalIP", address: "10.0.0.99" }] };
    site.cluster.nodes.push({ ...k0, metadata: { name: "k9", uid: "k9" }, status });
    const urns = await site.project.pulumi("stack", "--show-urns");
    const [urn = ""] = /urn:.*::preflight-check/.exec(urns) ?? [];
    site.begin();
    await site.project.pulumi("up", "--yes", "--skip-preview", "--replace", urn);
    const changed = operations(site.calls).filter((operation) => !operation.includes("Command/preflight"));
    assert.deepStrictEqual(changed, [
      ...["update ConfigMap/wordpress-site", "update Deployment/wordpress", "update NetworkPolicy/nfs-server"],
    ]);
    const { inputs } = only(site.calls, "update", "NetworkPolicy/nfs-server");
    const { ingress } = inputs.spec as { ingress: [{ from: unknown }] };
    const cidrs = ["10.0.0.10/32", "10.0.0.99/32"];
    assert.deepStrictEqual(
      ingress[0].from,
      cidrs.map((cidr) => ({ ipBlock: { cidr } })),
    );
  });

  it("updates the driver's release for another chart repository", async () => {
    site.cluster.showUnready("nfs-server", 1, [0, 0]);
    await site.up({ "storage.nfsChartRepository": "https://charts.example.com/nfs" });
    assert.strictEqual(site.cluster.unreadyLeft("nfs-server"), 0, "up did not wait for the server's pod");
    assert.deepStrictEqual(operations(site.calls), [`update ${driver}`]);
    const { inputs } = only(site.calls, "update", driver);
    assert.deepStrictEqual(inputs.repositoryOpts, { repo: "https://charts.example.com/nfs" });
  });

  it("grows the NFS server's claim first and then the site's claim", async () => {
    await site.up({ wordpressStorage: "3Gi" });
    const changed = operations(site.calls).filter((operation) => !operation.includes("Command/preflight"));
    assert.deepStrictEqual(changed, [`update ${serverClaim}`, `update ${claim}`]);
    assertBefore(done(site.calls, "update"), serverClaim, claim);
  });

  it("deletes the NFS driver and server after the site's volumes and before the pools", async () => {
    await site.destroy();
    const deleted = done(site.calls, "delete");
    assertBefore(deleted, "Command/destroy-guard", claim);
    assertBefore(deleted, claim, "Command/volumes");
    for (const next of [driver, server]) assertBefore(deleted, "Command/volumes", next);
    assertBefore(deleted, server, serverClaim);
    assertBefore(deleted, serverClaim, "Command/nfs-volumes");
    assertBefore(deleted, serverClaim, "StorageClass/openebs-nfs-server");
    assertBefore(deleted, "Command/nfs-volumes", /^DiskPool\//);
    assert.deepStrictEqual(await site.project.resources(), []);
  });
});
