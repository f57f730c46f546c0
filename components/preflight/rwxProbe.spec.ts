import * as assert from "node:assert/strict";
import { probeNode, probeRwx } from "./rwxProbe";
import type { AnyObject, Claim, CsiNode, Event, Node, StorageClass } from "../kubernetes/objects";
import { SmallKubectl } from "../../tests/support/smallKubectl";

const driver = "shares.example.com";
const node = (name: string, spec: Node["spec"] = {}, ready = "True"): Node => ({
  metadata: { name, uid: name },
  spec,
  status: { conditions: [{ type: "Ready", status: ready }] },
});
const csiNode = (name: string, ...drivers: string[]): CsiNode => ({
  metadata: { name, uid: name },
  spec: { drivers: drivers.map((driver) => ({ name: driver })) },
});

/** A cluster whose class emits events on the claim at given seconds, and binds it at another one. */
class ClassCluster {
  seconds = 0;
  claim: { metadata: AnyObject["metadata"]; spec: Claim["spec"] } | undefined;
  readonly kubectl: SmallKubectl;

  constructor(
    private readonly events: Readonly<Record<number, string | undefined>>,
    boundAt = Infinity,
    csiNodes: readonly CsiNode[] = [],
  ) {
    // A new claim has no status yet.
    const status = () =>
      this.seconds >= boundAt ? { phase: "Bound" } : this.seconds === 0 ? undefined : { phase: "Pending" };
    const created = (object: AnyObject) => {
      if (object.metadata.namespace === undefined) return object;
      this.claim = object as unknown as ClassCluster["claim"];
      return {
        ...object,
        get status() {
          return status();
        },
      };
    };
    const objects = {
      namespaces: ["trial-1", "trial-2"].map((name) => ({ metadata: { name, uid: `previous-${name}` } })),
      // The probe of another stack: its class refuses at once, or has provisioned the volume.
      persistentvolumeclaims: [{ ...inNamespace("trial", "trial-2"), status: { phase: "Bound" } }],
      events: () => [refusalAt("0", "the other class refuses", "trial-2"), ...this.eventsSoFar()],
      csinodes: csiNodes,
    };
    this.kubectl = new SmallKubectl(objects, { created });
  }

  readonly second = () => Promise.resolve(this.seconds++);

  private eventsSoFar() {
    const past = Object.entries(this.events).filter(([second]) => Number(second) <= this.seconds);
    // Events of a class that is provisioning are no refusal.
    return [
      { ...refusalAt("normal", "provisions", "trial-1"), type: "Normal" },
      { ...refusalAt("other", "slow", "trial-1"), reason: "ProvisioningSlow" },
      { ...refusalAt("waiting", "waits for a volume", "trial-1"), type: "Normal", reason: "ExternalProvisioning" },
      ...past.map(([second, message]) => refusalAt(second, message, "trial-1")),
    ];
  }
}

function inNamespace(name: string, namespace: string): AnyObject {
  return { metadata: { name, namespace, uid: `${namespace}-${name}` } };
}

function refusalAt(second: string, message: string | undefined, namespace: string): AnyObject & Event {
  return {
    ...inNamespace(`trial.${second}`, namespace),
    ...{ type: "Warning", reason: "ProvisioningFailed", ...(message === undefined ? {} : { message }) },
    involvedObject: { kind: "PersistentVolumeClaim", name: "trial" },
  };
}

const storageClass = (volumeBindingMode = "Immediate"): StorageClass => ({
  metadata: { name: "shares", uid: "1" },
  provisioner: driver,
  volumeBindingMode,
});
const probe = (cluster: ClassCluster, mode?: string, nodes: readonly Node[] = []) =>
  probeRwx(cluster.kubectl, storageClass(mode), nodes, "trial-1", cluster.second);

describe("ReadWriteMany probe", () => {
  it("accepts a class that provisions the volume, and deletes only its own namespace", async () => {
    const cluster = new ClassCluster({}, 3);
    assert.equal(await probe(cluster), undefined);
    const { metadata, ...claim } = cluster.claim ?? assert.fail();
    assert.deepEqual(metadata, { name: "trial", namespace: "trial-1", annotations: {} });
    assert.deepEqual(claim, {
      apiVersion: "v1",
      spec: {
        accessModes: ["ReadWriteMany"],
        storageClassName: "shares",
        resources: { requests: { storage: "1Gi" } },
      },
    });
    assert.equal(cluster.seconds, 3);
    assert.deepEqual(cluster.kubectl.said("create", "delete"), [
      ...["delete namespace trial-1", "create namespace trial-1", "create", "delete namespace trial-1"],
    ]);
    assert.deepEqual(cluster.kubectl.names("namespaces"), ["trial-2"]);
    assert.deepEqual(cluster.kubectl.names("persistentvolumeclaims"), ["trial-2/trial"]);
  });

  it("accepts a class whose first attempt fails and whose second one succeeds", async () => {
    const cluster = new ClassCluster({ 1: "rpc error: code = Internal desc = the share is being made" }, 7);
    assert.equal(await probe(cluster), undefined);
  });

  it("returns the reason of a class whose refusal persists for 10 s", async () => {
    const reason = "rpc error: code = InvalidArgument desc = Volume capabilities not supported";
    const cluster = new ClassCluster({ 2: `${reason}\n` });
    assert.equal(await probe(cluster), reason);
    assert.equal(cluster.seconds, 12);
    assert.deepEqual(cluster.kubectl.names("namespaces"), ["trial-2"]);
  });

  it("returns that a class gives no reason if its events have no message", async () => {
    assert.equal(await probe(new ClassCluster({ 0: undefined })), "it gives no reason");
    assert.equal(await probe(new ClassCluster({ 0: "" })), "it gives no reason");
  });

  it("polls once a second, so that a class that provisions at the second poll is accepted", async () => {
    const cluster = new ClassCluster({ 0: "rpc error: code = Internal desc = not yet" }, 1);
    const timer = setTimeout(() => void cluster.second(), 100);
    assert.equal(await probeRwx(cluster.kubectl, storageClass(), [], "trial-1"), undefined);
    clearTimeout(timer);
  });

  for (const code of ["DeadlineExceeded", "Unavailable", "Aborted", "Canceled", "ResourceExhausted"]) {
    it(`treats ${code} as a class that is still provisioning`, async () => {
      const cluster = new ClassCluster({ 0: `rpc error: code = ${code} desc = try again` });
      assert.equal(await probe(cluster), undefined);
      assert.equal(cluster.seconds, 30);
    });
  }

  it("selects a node with the driver for a class that waits for a pod", async () => {
    const cluster = new ClassCluster({}, 0, [csiNode("k0", "other"), csiNode("k1", driver)]);
    await probe(cluster, "WaitForFirstConsumer", [node("k0"), node("k1")]);
    assert.deepEqual(cluster.claim?.metadata.annotations, { "volume.kubernetes.io/selected-node": "k1" });
  });

  it("selects no node for a class that does not wait for a pod", async () => {
    const cluster = new ClassCluster({}, 0, [csiNode("k1", driver)]);
    await probe(cluster, "Immediate", [node("k1")]);
    assert.deepEqual(cluster.claim?.metadata.annotations, {});
  });
});

describe("node of the ReadWriteMany probe", () => {
  const controlPlane = node("k0", { taints: [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }] });
  const everywhere = ["k0", "k1", "k2", "k3"].map((name) => csiNode(name, driver));

  it("is Ready, not cordoned, and without taints that repel pods", () => {
    const nodes = [controlPlane, node("k1", { unschedulable: true }), node("k2", {}, "False"), node("k3")];
    assert.equal(probeNode(driver, nodes, everywhere), "k3");
    assert.equal(probeNode(driver, nodes.slice(0, 3), everywhere), undefined);
  });

  it("may have taints with PreferNoSchedule, or taints that Kubernetes sets itself", () => {
    const taints = [
      { key: "batch", effect: "PreferNoSchedule" },
      { key: "node.kubernetes.io/memory-pressure", effect: "NoSchedule" },
    ];
    assert.equal(probeNode(driver, [node("k1", { taints })], everywhere), "k1");
  });

  it("has the class's driver if any node has it", () => {
    const nodes = [node("k0"), node("k1")];
    assert.equal(probeNode(driver, nodes, [csiNode("k0"), csiNode("k1", "other", driver)]), "k1");
    assert.equal(probeNode("rancher.io/local-path", nodes, [csiNode("k0", driver)]), "k0");
    assert.equal(probeNode(driver, nodes, [{ ...csiNode("k0"), spec: { drivers: null } }]), "k0");
  });
});
