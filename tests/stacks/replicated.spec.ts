import * as assert from "node:assert/strict";
import { claimClass, managedStorageClasses, managedDrivers } from "../../components/storage/openebs/storage";
import { deploy } from "../../stacks/wordpress";
import { load } from "../support/loadedConfig";
import { answers, type Registered, registeredBy } from "../support/mocks";

const nodes = ["k0", "k1", "k2"];

/** The resources of a stack with a pool on each of the first nodes. */
async function replicated(count: number, config: Record<string, string> = {}, storage: object = {}) {
  const pools = nodes.slice(0, count).map((node) => ({ node, disk: `/dev/disk/by-id/disk-of-${node}` }));
  const settings = {
    ...{ content: "shared", "kubernetes:context": "test", ...config },
    storage: JSON.stringify({ engine: "replicated", pools, ...storage }),
  };
  const all = await registeredBy(() => deploy(load(settings)), answers);
  const one = (name: string): Registered => all.find((resource) => resource.name === name) ?? assert.fail(name);
  return { all, one };
}

const labels = { "app.kubernetes.io/part-of": "wordpress" };

describe("storage engine replicated", () => {
  let stack: Awaited<ReturnType<typeof replicated>>;
  before(async () => {
    stack = await replicated(3, { wordpressStorage: "5Gi" }, { logging: true });
  });

  it("has a DiskPool of a whole disk on each named node, and waits until the pools are online", () => {
    const { all, one } = stack;
    const pools = all.filter(({ inputs }) => inputs.kind === "DiskPool");
    assert.deepEqual(
      pools.map(({ inputs }) => inputs.spec),
      nodes.map((node) => ({ node, disks: [`/dev/disk/by-id/disk-of-${node}`] })),
    );
    const { inputs, timeouts } = one("storage-pools-k0");
    assert.deepEqual(inputs.metadata, {
      name: "pool-k0",
      namespace: "openebs",
      labels,
      annotations: { "pulumi.com/waitFor": "jsonpath={.status.pool_status}=Online" },
    });
    assert.equal(timeouts?.create, "5m");
  });

  it("labels only the nodes of its pools for the engine", () => {
    const patches = stack.all.filter(({ type }) => type.endsWith(":NodePatch"));
    assert.deepEqual(
      patches
        .map(({ inputs }) => inputs.metadata as { name: string; labels: object })
        .map((one) => [one.name, one.labels]),
      nodes.map((node) => [node, { "openebs.io/engine": "mayastor" }]),
    );
  });

  it("has one etcd member on one or two nodes, and three members on three nodes", async () => {
    const members = ({ one }: typeof stack) => {
      const { values } = one("storage-openebs-release").inputs as {
        values: { mayastor: { etcd: { replicaCount: number } } };
      };
      return values.mayastor.etcd.replicaCount;
    };
    assert.equal(members(await replicated(1)), 1);
    assert.equal(members(await replicated(2)), 1);
    assert.equal(members(stack), 3);
  });

  it("never changes the number of etcd's members on a live stack, because they hold the state of the pools", () => {
    assert.deepEqual(stack.one("storage-openebs-release").ignoreChanges, ["values.mayastor.etcd.replicaCount"]);
  });

  it("has a class whose volumes grow, are deleted with their claim, and do not wait for a pod", () => {
    const { one } = stack;
    const growing = { allowVolumeExpansion: true, reclaimPolicy: "Delete", volumeBindingMode: "Immediate" };
    const storageClass = { apiVersion: "storage.k8s.io/v1", kind: "StorageClass" };
    assert.deepEqual(one("storage-replicated-class").inputs, {
      ...storageClass,
      metadata: { name: "openebs-replicated", labels },
      provisioner: "io.openebs.csi-mayastor",
      parameters: { protocol: "nvmf", repl: "3", fsType: "xfs" },
      ...growing,
    });
    assert.deepEqual(one("storage-replicated-snapshots").inputs, {
      apiVersion: "snapshot.storage.k8s.io/v1",
      kind: "VolumeSnapshotClass",
      metadata: { name: "openebs-replicated", labels },
      driver: "io.openebs.csi-mayastor",
      deletionPolicy: "Delete",
    });
    assert.deepEqual(one("nfs-class").inputs, {
      ...storageClass,
      metadata: { name: "openebs-nfs", labels },
      provisioner: "nfs.csi.k8s.io",
      parameters: { server: "nfs-server.openebs-nfs.svc", share: "/export" },
      // A pod sees another pod's write after a second at most, and never caches that a file is missing.
      mountOptions: ["nfsvers=4.1", "hard", "noatime", "actimeo=1", "lookupcache=positive"],
      ...growing,
    });
  });

  it("has privileged namespaces of its own for drivers of disks and mounts", () => {
    const { one } = stack;
    for (const name of ["storage-openebs-namespace", "nfs-namespace"]) {
      const { labels: given } = one(name).inputs.metadata as { labels: Record<string, string> };
      assert.equal(given["pod-security.kubernetes.io/enforce"], "privileged", name);
    }
  });

  it("compares cluster and namespace in each script that deletes", () => {
    const { one } = stack;
    const requests = ["volumes", "nfs-volumes", "storage-openebs-leftovers"].map((name) => {
      const { environment, delete: script } = one(name).inputs as { environment: { REQUEST: string }; delete: string };
      const { namespace, guard } = JSON.parse(environment.REQUEST) as {
        namespace: string;
        guard: { cluster: { cluster: string }; namespaces: string[] };
      };
      return [script, namespace, guard.namespaces, guard.cluster.cluster];
    });
    const uid = "uid-of-kube-system";
    assert.deepEqual(requests, [
      ["delete-claims", "wordpress", ["wordpress"], uid],
      ["delete-claims", "openebs-nfs", ["openebs-nfs"], uid],
      ["clean-up-openebs", "openebs", ["openebs"], uid],
    ]);
  });

  it("protects all of its resources with dataRetention retain, and none with delete", async () => {
    const kinds =
      /^(storage-(openebs-(namespace|release|minio-\w+)|pools-k0|replicated-\w+)|nfs-(namespace|server-class|server-claim|driver|class))$/;
    const isProtected = async (dataRetention: string) =>
      (await replicated(1, { dataRetention }, { logging: true })).all
        .filter(({ name }) => kinds.test(name))
        .map((resource) => [resource.name, resource.protect]);
    const names = [
      "nfs-class",
      "nfs-driver",
      "nfs-namespace",
      "nfs-server-claim",
      "nfs-server-class",
      "storage-openebs-minio-root",
      "storage-openebs-minio-user",
      "storage-openebs-namespace",
      "storage-openebs-release",
      "storage-pools-k0",
      "storage-replicated-class",
      "storage-replicated-snapshots",
    ];
    const sorted = async (retention: string) => (await isProtected(retention)).sort();
    assert.deepEqual(
      await sorted("retain"),
      names.map((name) => [name, true]),
    );
    assert.deepEqual(
      await sorted("delete"),
      names.map((name) => [name, false]),
    );
  });

  it("has 32 letters and digits in each password of its logging", () => {
    const { one } = stack;
    for (const name of ["storage-openebs-minio-root", "storage-openebs-minio-user"]) {
      assert.deepEqual(one(name).inputs, { length: 32, special: false }, name);
    }
  });

  it("has one NFS server at a time, selected by its Service, on a claim that up does not wait for", () => {
    const { one } = stack;
    const { spec } = one("nfs-server-deployment").inputs as {
      spec: { replicas: number; strategy: object; selector: { matchLabels: object }; template: { metadata: object } };
    };
    assert.equal(spec.replicas, 1);
    assert.deepEqual(spec.strategy, { type: "Recreate" });
    const service = one("nfs-server-service").inputs as {
      metadata: { name: string; annotations: object };
      spec: { selector: object; ports: object };
    };
    assert.deepEqual(service.spec.selector, spec.selector.matchLabels);
    assert.deepEqual(service.spec.ports, [{ name: "nfs", port: 2049, targetPort: "nfs" }]);
    const claim = one("nfs-server-claim").inputs as { metadata: { annotations: object }; spec: object };
    for (const { annotations } of [service.metadata, claim.metadata]) {
      assert.deepEqual(annotations, { "pulumi.com/skipAwait": "true" });
    }
    assert.deepEqual(claim.spec, {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "openebs-nfs-server",
      resources: { requests: { storage: "5Gi" } },
    });
  });
});

describe("storage engines", () => {
  const replicatedEngine = (logging: boolean) => ({ engine: "replicated", className: undefined, logging }) as const;
  const existing = { engine: "existing", className: "fast", logging: false } as const;
  const hostpath = { engine: "hostpath", className: undefined, logging: false } as const;

  it("determine the class of the stack's claims: their own, the named one, or the cluster's default", () => {
    assert.equal(claimClass(replicatedEngine(false)), "openebs-replicated");
    assert.equal(claimClass(hostpath), "openebs-hostpath");
    assert.equal(claimClass(existing), "fast");
    assert.equal(claimClass({ ...existing, className: undefined }), undefined);
  });

  it("manage storage classes, sorted by name", () => {
    assert.deepEqual(managedStorageClasses(existing), []);
    assert.deepEqual(managedStorageClasses(hostpath), ["openebs-hostpath"]);
    const classes = ["mayastor-etcd-localpv", "openebs-hostpath", "openebs-replicated", "openebs-single-replica"];
    const withLoki = ["mayastor-loki-localpv", "openebs-minio-localpv"];
    assert.deepEqual(managedStorageClasses(replicatedEngine(false)), classes);
    assert.deepEqual(managedStorageClasses(replicatedEngine(true)), [...classes, ...withLoki].sort());
  });

  it("manage the drivers that delete volumes", () => {
    assert.deepEqual(managedDrivers(existing), []);
    assert.deepEqual(managedDrivers(hostpath), ["openebs.io/local"]);
    assert.deepEqual(managedDrivers(replicatedEngine(false)), ["openebs.io/local", "io.openebs.csi-mayastor"]);
  });
});
