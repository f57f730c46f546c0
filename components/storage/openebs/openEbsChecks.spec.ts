import * as assert from "node:assert/strict";
import type { DiskPool, Namespace } from "../../kubernetes/objects";
import { openEbsFindings, type OpenEbsFacts, type OpenEbsRequest } from "./openEbsChecks";

const pool = (node: string, disk: string, used = 0): DiskPool => ({
  metadata: { name: `pool-${node}`, namespace: "openebs", uid: node },
  spec: { node, disks: [disk] },
  status: { cr_state: "Created", pool_status: "Online", used },
});
const namespaceOf = (instance: string): Namespace => ({
  metadata: { name: "openebs", uid: "1", annotations: { "wordpress/instance": instance } },
});
const facts: OpenEbsFacts = { context: "prod", nodes: [], classes: [], drivers: [], pools: [], hasManagedNodes: false };
const request: OpenEbsRequest = { engine: "replicated", pools: [], managesNodes: false };
const wanted = (node: string, disk: string, replace = false) => ({ node, disk, replace });

function found(ask: Partial<OpenEbsRequest>, seen: Partial<OpenEbsFacts>): string[] {
  return openEbsFindings({ ...request, ...ask }, "mine", { ...facts, ...seen });
}

describe("findings for OpenEBS", () => {
  it("are none on a cluster without OpenEBS, and none for the stack's own", () => {
    assert.deepEqual(found({}, {}), []);
    const drivers = [{ metadata: { name: "io.openebs.csi-mayastor", uid: "2" } }];
    assert.deepEqual(found({}, { openEbsNamespace: namespaceOf("mine"), drivers }), []);
    const others = {
      drivers: [{ metadata: { name: "nfs.csi.k8s.io", uid: "3" } }],
      classes: [{ metadata: { name: "standard", uid: "4" }, provisioner: "rancher.io/local-path" }],
    };
    assert.deepEqual(found({}, others), []);
  });

  const other = "and this cluster has one that is not this stack's; use that one: ";
  it("name an OpenEBS that is not the stack's, and tell to use its class", () => {
    const existing = "pulumi config set --path storage.engine existing";
    const message = (engine: string, name: string) =>
      `storage.engine: "${engine}" installs OpenEBS, ${other}${existing} && pulumi config set --path storage.className ${name}`;
    assert.deepEqual(found({}, { openEbsNamespace: namespaceOf("other") }), [
      message("replicated", "openebs-replicated"),
    ]);
    const unmarked = { metadata: { name: "openebs", uid: "1" } };
    assert.deepEqual(found({}, { openEbsNamespace: unmarked }), [message("replicated", "openebs-replicated")]);
    const drivers = [{ metadata: { name: "io.openebs.csi-mayastor", uid: "2" } }];
    assert.deepEqual(found({}, { drivers }), [message("replicated", "openebs-replicated")]);
    const classes = [{ metadata: { name: "openebs-hostpath", uid: "3" }, provisioner: "openebs.io/local" }];
    assert.deepEqual(found({ engine: "hostpath" }, { classes }), [message("hostpath", "openebs-hostpath")]);
  });

  it("name a namespace that is terminating", () => {
    const terminating = { ...namespaceOf("mine"), status: { phase: "Terminating" } };
    assert.deepEqual(found({}, { openEbsNamespace: terminating }), [
      "storage.engine: the namespace openebs is still being deleted; wait until `kubectl --context prod get namespace " +
        "openebs` finds nothing",
    ]);
  });

  it("report a node that cannot host its new pool, and ignore one whose pool already exists", () => {
    const pools = [wanted("k0", "a"), wanted("k1", "b")];
    const there = { openEbsNamespace: namespaceOf("mine"), pools: [pool("k0", "a")] };
    assert.deepEqual(
      found({ pools }, there).map((text) => text.split(":")[0]),
      ["storage.pools[1].node"],
    );
    const nodes = ["k0", "k1"].map((name) => ({
      metadata: { name, uid: name },
      status: {
        nodeInfo: { architecture: "amd64", kernelVersion: "6.8.0" },
        capacity: { cpu: "4" },
      },
    }));
    assert.deepEqual(found({ pools, managesNodes: true }, { ...there, nodes }), [
      "storage.pools[1].node: the node k1 is not Ready; inspect: kubectl --context prod describe node k1",
    ]);
  });

  const steps =
    "To move its data: add a pool on another node, move the replicas there, remove this one " +
    "(docs/how-to/change-disk-pools.md).";
  it("name a pool on another disk, unless it may be replaced", () => {
    const there = { openEbsNamespace: namespaceOf("mine"), pools: [pool("k0", "a")] };
    assert.deepEqual(found({ pools: [wanted("k0", "b")] }, there), [
      'storage.pools[0].disk: "b" is not allowed: pool-k0 is on "a", and a pool cannot move. Keep it: ' +
        `pulumi config set --path 'storage.pools[0].disk' a. ${steps} If nothing on it is needed: ` +
        "pulumi config set --path 'storage.pools[0].replace' true",
    ]);
    assert.deepEqual(found({ pools: [wanted("k0", "b", true)] }, there), []);
    assert.deepEqual(found({ pools: [wanted("k0", "a")] }, there), []);
  });

  it("name the removal of nodeSsh while pools are on nodes that the program prepared", () => {
    const pools = [wanted("k0", "a"), wanted("k1.example", "b")];
    const there = { openEbsNamespace: namespaceOf("mine"), pools: [pool("k0", "a"), pool("k1.example", "b")] };
    assert.deepEqual(found({ pools }, { ...there, hasManagedNodes: true }), [
      "nodeSsh: is not set anymore, and this stack has prepared k0, k1.example over SSH: without it these nodes would lose " +
        "their huge pages and the module nvme-tcp while their pools need them. Set it again as it was, with " +
        "nodeSshPrivateKey; example: pulumi config set --path nodeSsh.hosts.k0.host 192.0.2.10. It is needed until " +
        "`pulumi destroy` has deleted the pools",
    ]);
    const dotted = found(
      { pools },
      {
        openEbsNamespace: namespaceOf("mine"),
        pools: [pool("k1.example", "b"), pool("k0", "a")],
        hasManagedNodes: true,
      },
    );
    assert.match(
      dotted.join(),
      /; example: pulumi config set --path 'nodeSsh\.hosts\["k1\.example"\]\.host' 192\.0\.2\.10\. /,
    );
    assert.deepEqual(found({ pools }, there), []);
    assert.deepEqual(found({ pools, managesNodes: true }, { ...there, hasManagedNodes: true }), []);
    assert.deepEqual(found({ managesNodes: false }, { hasManagedNodes: true, pools: [] }), []);
  });

  it("name the removal of a pool with volumes", () => {
    const there = { openEbsNamespace: namespaceOf("mine"), pools: [pool("k0", "a"), pool("k1", "b", 4096)] };
    assert.deepEqual(found({ pools: [wanted("k0", "a")] }, there), [
      "storage.pools: pool-k1 on k1 is not in the list anymore, and volumes use 4096 bytes of it. Keep it: " +
        "pulumi config set --path 'storage.pools[1].node' k1 && pulumi config set --path 'storage.pools[1].disk' b. " +
        steps,
    ]);
    assert.deepEqual(found({ pools: [wanted("k1", "b")] }, there), []);
    const both = [pool("k0", "a", 4096), pool("k1", "b", 4096)];
    assert.deepEqual(
      found({ pools: [wanted("k0", "a"), wanted("k1", "b")] }, { openEbsNamespace: namespaceOf("mine"), pools: both }),
      [],
    );
    const { metadata, spec } = pool("k1", "b");
    assert.deepEqual(
      found(
        { pools: [wanted("k0", "a")] },
        { openEbsNamespace: namespaceOf("mine"), pools: [{ metadata, spec }] },
      ).slice(1),
      [],
    );
  });
});
