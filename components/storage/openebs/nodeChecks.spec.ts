import * as assert from "node:assert/strict";
import type { Node } from "../../kubernetes/objects";
import { nodeFindings } from "./nodeChecks";

/** A node that meets all requirements. */
const good = (name: string): Node => ({
  metadata: { name, uid: name },
  status: {
    conditions: [{ type: "Ready", status: "True" }],
    capacity: { cpu: "3" },
    allocatable: { "hugepages-2Mi": "2Gi" },
    nodeInfo: { architecture: "amd64", kernelVersion: "5.15.0-generic" },
  },
});
const but = (name: string, status: Partial<Node["status"]>): Node => ({
  ...good(name),
  status: { ...good(name).status, ...status },
});
const planned = (...names: string[]) => names.map((node, index) => ({ key: `storage.pools[${index}].node`, node }));
const found = (nodes: Node[], managesNodes = false, ...names: string[]) =>
  nodeFindings(planned(...(names.length > 0 ? names : nodes.map(({ metadata }) => metadata.name))), nodes, {
    context: "prod",
    managesNodes,
  });

const hugePages =
  "echo 'vm.nr_hugepages = 1024' | sudo tee /etc/sysctl.d/90-hugepages.conf && sudo sysctl --system && " +
  "echo nvme-tcp | sudo tee /etc/modules-load.d/nvme-tcp.conf && sudo modprobe nvme-tcp && sudo systemctl restart kubelet";

describe("findings for nodes of pools", () => {
  it("are none for nodes that meet all requirements", () => {
    assert.deepEqual(found([good("k0"), good("k1")]), []);
    assert.deepEqual(found([but("k0", { allocatable: { "hugepages-2Mi": "4Gi" }, capacity: { cpu: "64" } })]), []);
    const nodeInfo = { architecture: "amd64", kernelVersion: "10.1.0" };
    assert.deepEqual(found([but("k0", { nodeInfo })]), []);
  });

  const lacks: [string, Partial<Node["status"]>, string][] = [
    [
      "Ready",
      { conditions: [{ type: "Ready", status: "Unknown" }] },
      "is not Ready; inspect: kubectl --context prod describe node k0",
    ],
    [
      "amd64",
      { nodeInfo: { architecture: "arm64", kernelVersion: "6.8.0" } },
      "is arm64, and OpenEBS's replicated engine runs on amd64 only: use another node",
    ],
    [
      "the kernel",
      { nodeInfo: { architecture: "amd64", kernelVersion: "5.14.21-x" } },
      "has Linux 5.14.21-x, and at least 5.15 is required: upgrade its system, then reboot it",
    ],
    [
      "a kernel version that does not begin with a number",
      { nodeInfo: { architecture: "amd64", kernelVersion: "lts-6.8.0" } },
      "has Linux lts-6.8.0, and at least 5.15 is required: upgrade its system, then reboot it",
    ],
    ["CPUs", { capacity: { cpu: "2" } }, "has 2 CPUs, and at least 3 are required: add CPUs, or use another node"],
    [
      "CPUs in thousandths",
      { capacity: { cpu: "2900m" } },
      "has 2.9 CPUs, and at least 3 are required: add CPUs, or use another node",
    ],
    [
      "huge pages",
      { allocatable: { "hugepages-2Mi": "2047Mi" } },
      `has 2047Mi of 2Gi of huge pages; on k0: ${hugePages}`,
    ],
  ];
  for (const [what, status, message] of lacks) {
    it(`name the lack of ${what}, and the fix`, () => {
      assert.deepEqual(found([but("k0", status)]), [`storage.pools[0].node: the node k0 ${message}`]);
    });
  }

  it("name a taint that keeps OpenEBS's pods off the node, and the command that removes it", () => {
    const tainted = (...taints: NonNullable<Node["spec"]>["taints"] & object) => ({ ...good("k0"), spec: { taints } });
    assert.deepEqual(found([tainted({ key: "dedicated", value: "db", effect: "NoSchedule" })]), [
      "storage.pools[0].node: the node k0 has the taint dedicated=db:NoSchedule, which OpenEBS's pods do not tolerate: " +
        "remove it (kubectl --context prod taint node k0 dedicated=db:NoSchedule-), or use another node",
    ]);
    const controlPlane = { key: "node-role.kubernetes.io/control-plane", effect: "NoExecute" };
    assert.match(
      found([tainted(controlPlane)]).join(),
      /taint node k0 node-role\.kubernetes\.io\/control-plane:NoExecute-\)/,
    );
    const harmless = [
      { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" },
      { key: "batch", effect: "PreferNoSchedule" },
    ];
    assert.deepEqual(found([tainted(...harmless)]), []);
  });

  it("list all requirements that are not met, for all nodes", () => {
    const none = { conditions: [], capacity: {}, allocatable: {} };
    const bare = (name: string): Node => ({ metadata: { name, uid: name }, status: none });
    assert.equal(found([bare("k0"), good("k1"), bare("k2")]).length, 10);
  });

  it("list all requirements for a node without a status", () => {
    assert.deepEqual(
      found([{ metadata: { name: "k0", uid: "k0" }, status: {} }]),
      [
        "is not Ready; inspect: kubectl --context prod describe node k0",
        "is unknown, and OpenEBS's replicated engine runs on amd64 only: use another node",
        "has Linux unknown, and at least 5.15 is required: upgrade its system, then reboot it",
        "has 0 CPUs, and at least 3 are required: add CPUs, or use another node",
        `has 0 of 2Gi of huge pages; on k0: ${hugePages}`,
      ].map((message) => `storage.pools[0].node: the node k0 ${message}`),
    );
  });

  it("name a missing node, and the cluster's nodes", () => {
    assert.deepEqual(found([good("k0"), good("k1")], false, "k0", "k7"), [
      'storage.pools[1].node: "k7" is no node of this cluster, which has k0, k1; example: ' +
        "pulumi config set --path 'storage.pools[1].node' k1",
    ]);
    assert.deepEqual(found([], false, "k7"), [
      'storage.pools[0].node: "k7" is no node of this cluster, which has none; example: ' +
        "pulumi config set --path 'storage.pools[0].node' k0",
    ]);
  });

  it("omit huge pages, and nothing else, when the program prepares the nodes", () => {
    assert.deepEqual(found([but("k0", { allocatable: {} })], true), []);
    const none = { conditions: [], capacity: {}, allocatable: {} };
    assert.equal(found([{ metadata: { name: "k0", uid: "k0" }, status: none }], true).length, 4);
  });
});
