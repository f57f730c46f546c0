import * as assert from "node:assert/strict";
import { chartClasses, openEbsValues, type OpenEbsValuesArgs } from "./openEbsValues";

const off = { enabled: false };
const values = (args: Partial<OpenEbsValuesArgs>) =>
  openEbsValues({ engine: "replicated", imageRegistry: undefined, snapshotCrds: true, members: 3, ...args });
/** The paths of all strings that contain the text. */
function pathsTo(text: string, value: unknown, path = ""): string[] {
  if (typeof value === "string") return value.includes(text) ? [path] : [];
  return Object.entries(value ?? {}).flatMap(([key, inner]) => pathsTo(text, inner, path ? `${path}.${key}` : key));
}

describe("values of OpenEBS's chart", () => {
  it("enable only a provisioner and its class with the engine hostpath", () => {
    assert.deepEqual(values({ engine: "hostpath" }), {
      engines: { local: { lvm: off, zfs: off, rawfile: off }, replicated: { mayastor: off } },
      "openebs-crds": { csi: { volumeSnapshots: off } },
      "localpv-provisioner": { hostpathClass: { enabled: true }, analytics: off },
      loki: off,
      alloy: off,
    });
  });

  it("enable only Mayastor and its classes with the engine replicated", () => {
    assert.deepEqual(values({}), {
      engines: { local: { lvm: off, zfs: off, rawfile: off }, replicated: { mayastor: { enabled: true } } },
      "openebs-crds": { csi: { volumeSnapshots: { enabled: true } } },
      "localpv-provisioner": { hostpathClass: { enabled: true }, analytics: off },
      mayastor: {
        csi: {},
        etcd: { replicaCount: 3, localpvScConfig: { enabled: true, name: "mayastor-etcd-localpv" } },
        storageClass: { enabled: true },
        obs: { callhome: off },
      },
      loki: off,
      alloy: off,
    });
  });

  it("disable the snapshots' CRDs if the cluster has them", () => {
    assert.deepEqual(values({ snapshotCrds: false })["openebs-crds"], { csi: { volumeSnapshots: off } });
  });

  const logging = { rootPassword: "one", userPassword: "two" };

  it("enable Loki and its MinIO with separate classes and passwords when logging is configured", () => {
    const { loki, alloy } = values({ logging });
    assert.deepEqual(alloy, { enabled: true });
    assert.deepEqual(loki, {
      enabled: true,
      localpvScConfig: { loki: { name: "mayastor-loki-localpv" }, minio: { name: "openebs-minio-localpv" } },
      loki: { commonConfig: { replication_factor: 3 } },
      singleBinary: { replicas: 3, persistence: { storageClass: "mayastor-loki-localpv" } },
      minio: {
        mode: "distributed",
        replicas: 3,
        persistence: { storageClass: "openebs-minio-localpv" },
        image: { repository: "docker.io/openebs/minio" },
        mcImage: { repository: "docker.io/openebs/mc" },
        rootPassword: "one",
        users: [{ accessKey: "logs-user", secretKey: "two", policy: "readwrite" }],
      },
    });
    assert.deepEqual(chartClasses("replicated", true), [
      ...["mayastor-etcd-localpv", "mayastor-loki-localpv", "openebs-hostpath", "openebs-minio-localpv"],
      "openebs-single-replica",
    ]);
  });

  it("set one replica of Loki and MinIO for fewer than three nodes", () => {
    const { loki } = values({ logging, members: 1 });
    assert.ok("minio" in loki);
    assert.deepEqual([loki.loki.commonConfig.replication_factor, loki.singleBinary.replicas], [1, 1]);
    assert.deepEqual([loki.minio.mode, loki.minio.replicas], ["standalone", 1]);
  });

  it("set the registry of every image", () => {
    assert.deepEqual(pathsTo("registry.example", values({ imageRegistry: "registry.example", logging })).sort(), [
      "alloy.global.image.registry",
      "localpv-provisioner.global.imageRegistry",
      "loki.global.image.registry",
      "loki.minio.image.repository",
      "loki.minio.mcImage.repository",
      "mayastor.csi.image.registry",
      "mayastor.etcd.image.registry",
      "mayastor.etcd.volumePermissions.image.registry",
      "mayastor.image.registry",
      "mayastor.nats.exporter.image.registry",
      "mayastor.nats.nats.image.registry",
      "mayastor.nats.reloader.image.registry",
      "preUpgradeHook.image.registry",
    ]);
    assert.deepEqual(pathsTo("registry.example", values({ engine: "hostpath", imageRegistry: "registry.example" })), [
      "localpv-provisioner.global.imageRegistry",
      "preUpgradeHook.image.registry",
    ]);
  });
});
