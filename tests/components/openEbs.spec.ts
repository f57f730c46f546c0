import * as assert from "node:assert/strict";
import type { Claim, DiskPool, Pod, Volume } from "../../components/cluster/objects";
import {
  explainRelease,
  readRelease,
  readReleasePods,
  releaseAdvice,
  type ReleaseFacts,
} from "../../components/cluster/releaseReport";
import { foreignVolumes } from "../../components/storage/foreignVolumes";
import { foreignVolumesOn } from "../../components/storage/foreignVolumesCommand";
import { leftClaims, needsSnapshotCrds, ownedSnapshotCrds, removeLeftovers } from "../../components/storage/leftovers";
import { chartClasses, openEbsValues, type OpenEbsValuesArgs } from "../../components/storage/openEbsValues";
import { poolState, readPool } from "../../components/storage/poolReport";
import { SmallKubectl } from "../support/smallKubectl";

const off = { enabled: false };
const values = (args: Partial<OpenEbsValuesArgs>) =>
  openEbsValues({ engine: "replicated", imageRegistry: undefined, snapshotCrds: true, members: 3, ...args });
/** Every path to a value that is a text with this in it. */
function pathsTo(text: string, value: unknown, path = ""): string[] {
  if (typeof value === "string") return value.includes(text) ? [path] : [];
  return Object.entries(value ?? {}).flatMap(([key, inner]) => pathsTo(text, inner, path ? `${path}.${key}` : key));
}

describe("the values of OpenEBS's chart", () => {
  it("are the light form with hostpath: one provisioner and its class", () => {
    assert.deepEqual(values({ engine: "hostpath" }), {
      engines: { local: { lvm: off, zfs: off, rawfile: off }, replicated: { mayastor: off } },
      "openebs-crds": { csi: { volumeSnapshots: off } },
      "localpv-provisioner": { hostpathClass: { enabled: true }, analytics: off },
      loki: off,
      alloy: off,
    });
  });

  it("are Mayastor with its classes, and nothing that nobody asked for, with replicated", () => {
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

  it("leave the snapshots' definitions to whoever has brought them", () => {
    assert.deepEqual(values({ snapshotCrds: false })["openebs-crds"], { csi: { volumeSnapshots: off } });
  });

  const logging = { rootPassword: "one", userPassword: "two" };

  it("have Loki and its MinIO with classes and passwords of their own, where it is asked for", () => {
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

  it("have one Loki and one MinIO where there are fewer than three nodes for them", () => {
    const { loki } = values({ logging, members: 1 });
    assert.ok("minio" in loki);
    assert.deepEqual([loki.loki.commonConfig.replication_factor, loki.singleBinary.replicas], [1, 1]);
    assert.deepEqual([loki.minio.mode, loki.minio.replicas], ["standalone", 1]);
  });

  it("lead every image to another registry", () => {
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

describe("why OpenEBS did not come up", () => {
  const record = (status: string) => ({ metadata: { name: "sh.helm.release.v1", uid: "1", labels: { status } } });
  const release = { title: "OpenEBS", name: "openebs", namespace: "openebs" };
  const explain = (facts: Partial<ReleaseFacts>) =>
    explainRelease({ context: "shop", release, records: [], pods: [], events: [], said: {}, ...facts });

  it("is that Helm was cut off in an installation, of which nothing is needed", () => {
    assert.equal(
      explain({ records: [{ metadata: { name: "by-hand", uid: "2" } }, record("pending-install")] }),
      "OpenEBS's release is unfinished (pending-install): Helm was cut off while it worked, and lets nobody else begin.\n" +
        "Nothing is on it yet; remove what is there: helm uninstall openebs --namespace openebs --kube-context shop --wait\n" +
        "Then again: pulumi up",
    );
  });

  it("is that Helm was cut off in an upgrade, under which there is data", () => {
    const text = explain({ records: [record("deployed"), record("pending-upgrade")] });
    assert.match(text, /revision before: helm rollback openebs --namespace openebs --kube-context shop --wait\n/);
    assert.ok(!text.includes("uninstall"));
  });

  it("is a pod, with the cluster's reason", () => {
    const state = { waiting: { reason: "ImagePullBackOff", message: "not found" } };
    const container = { name: "io-engine", image: "io-engine:x", ready: false, restartCount: 0, state };
    const pods: Pod[] = [
      { metadata: { name: "engine-1", uid: "1" }, status: { containerStatuses: [container] } },
      { metadata: { name: "engine-2", uid: "2" }, status: { conditions: [{ type: "Ready", status: "True" }] } },
    ];
    assert.equal(
      explain({ pods, records: [record("failed")] }),
      "OpenEBS did not come up:\n" +
        '  - pod engine-1 cannot get the image "io-engine:x" (ImagePullBackOff): not found\n' +
        "Look: kubectl --context shop --namespace openebs get pods; kubectl --context shop --namespace openebs get events\n" +
        "Mend the cause, then again: pulumi up",
    );
  });

  const csiNode = (name: string, nodeName: string, exitCode = 1): Pod => ({
    metadata: { name, uid: name, labels: { app: "csi-node" } },
    spec: { nodeName },
    status: {
      containerStatuses: [
        {
          ...{ name: "csi-node", image: "csi-node:x", ready: false, restartCount: 4 },
          state: { waiting: { reason: "CrashLoopBackOff" } },
          lastState: { terminated: { exitCode } },
        },
      ],
    },
  });
  const noModule = "Error: Failed to detect nvme_tcp kernel module. Run `modprobe nvme_tcp` to load the kernel module.";
  const advice =
    "OpenEBS's csi-node does not run on w1, w2: no pod there can mount a replicated volume. It needs the kernel module nvme-tcp, and " +
    "starts by itself within five minutes after that is loaded. On each of these nodes: " +
    "echo nvme-tcp | sudo tee /etc/modules-load.d/nvme-tcp.conf && sudo modprobe nvme-tcp";

  it("is the kernel module that nodes lack, with their names, the log's line and the command", () => {
    const pods = [csiNode("csi-node-b", "w2"), csiNode("csi-node-a", "w1")];
    const ended = "container csi-node ended with exit code 1 and was started again 4 times";
    assert.equal(
      explain({ pods, said: { "csi-node": [noModule] }, records: [record("failed")] }),
      "OpenEBS did not come up:\n" +
        `  - pod csi-node-b on node w2 ${ended}\n` +
        `  - pod csi-node-a on node w1 ${ended}\n` +
        `    | ${noModule}\n` +
        `What to do: ${advice}\n` +
        "Look: kubectl --context shop --namespace openebs get pods; kubectl --context shop --namespace openebs get events\n" +
        "Mend the cause, then again: pulumi up",
    );
  });

  it("is no kernel module on the nodes of other pods, and of pods that have not failed", () => {
    const etcd = { ...csiNode("etcd-0", "w3"), metadata: { name: "etcd-0", uid: "1", labels: { app: "etcd" } } };
    const ready = { ...csiNode("c", "w4").status, conditions: [{ type: "Ready", status: "True" }] };
    const pods = [
      ...[csiNode("csi-node-b", "w2"), csiNode("csi-node-a", "w1"), csiNode("csi-node-d", "w5", 0), etcd],
      { ...csiNode("csi-node-c", "w4"), status: ready },
    ];
    const said = { "csi-node": ["Error: exit status 1", noModule], etcd: ["panic: no space"] };
    assert.deepEqual(releaseAdvice({ pods, said }), [advice]);
    assert.deepEqual(releaseAdvice({ pods, said: { etcd: [noModule.replace("nvme_tcp", "other")] } }), []);
  });

  it("is read from the logs of the pods that have failed alone, by their app", async () => {
    const pods = [
      ...[csiNode("csi-node-a", "w1"), csiNode("csi-node-b", "w2")],
      { ...csiNode("without-label", "w3"), metadata: { name: "without-label", uid: "3" } },
      { metadata: { name: "starts", uid: "2", labels: { app: "starts" } }, status: {} },
    ];
    const asked: string[] = [];
    const kubectl = {
      list: () => Promise.resolve(pods as never[]),
      run: ([, , namespace, pod = ""]: readonly string[]) => {
        asked.push(`${namespace}/${pod}`);
        return Promise.resolve(
          pod.startsWith("csi-node") ? `starting\n${noModule}\n   0: anyhow::error::msg\n` : "bye",
        );
      },
    };
    const read = await readReleasePods(kubectl, "openebs");
    assert.deepEqual(read.pods, pods);
    assert.deepEqual(read.said, { "csi-node": [noModule], "without-label": ["bye"] });
    assert.deepEqual([...new Set(asked)].sort(), [
      ...["openebs/csi-node-a", "openebs/csi-node-b", "openebs/without-label"],
    ]);
  });

  it("is read from the release's own records, pods and events, and from no others", async () => {
    const inNamespace = (name: string, namespace: string, labels = {}) => ({
      metadata: { name, namespace, uid: `${namespace}-${name}`, labels },
    });
    const ofHelm = (name: string, namespace: string, status: string) =>
      inNamespace(`sh.helm.release.v1.${name}.v1`, namespace, { owner: "helm", name, status });
    const event = (namespace: string, lastTimestamp: string) => ({
      ...inNamespace(`engine-1.${lastTimestamp}`, namespace),
      ...{ type: "Warning", lastTimestamp, message: `of ${namespace}` },
      involvedObject: { kind: "Pod", name: "engine-1" },
    });
    const pod = (name: string, namespace: string) => ({ ...inNamespace(name, namespace), status: {} });
    const [later, earlier] = [event("openebs", "2026-01-01T00:00:02Z"), event("openebs", "2026-01-01T00:00:01Z")];
    const kubectl = new SmallKubectl({
      secrets: [
        ...[ofHelm("openebs", "openebs", "deployed"), ofHelm("openebs", "wordpress", "pending-install")],
        ...[
          ofHelm("openebs-extra", "openebs", "pending-upgrade"),
          inNamespace("token", "openebs", { name: "openebs" }),
        ],
      ],
      pods: [pod("engine-1", "openebs"), pod("engine-1", "wordpress"), pod("wordpress-0", "wordpress")],
      events: [later, event("wordpress", "2026-01-01T00:00:03Z"), earlier],
    });
    const facts = await readRelease(kubectl, "shop", release);
    assert.deepEqual(facts, {
      ...{ context: "shop", release },
      records: [ofHelm("openebs", "openebs", "deployed")],
      pods: [pod("engine-1", "openebs")],
      events: [earlier, later],
      said: {},
    });
  });

  it("is in the provider's own words where the cluster gives no reason", () =>
    assert.match(explain({}), /the message of Pulumi's that follows does/));
});

describe("what goes with OpenEBS", () => {
  const volume = (name: string, storageClassName: string, namespace?: string): Volume => ({
    metadata: { name, uid: name },
    spec: { storageClassName, ...(namespace === undefined ? {} : { claimRef: { namespace, name: `claim-${name}` } }) },
  });
  const pool = (name: string): DiskPool => ({ metadata: { name, uid: name }, spec: { node: "k9", disks: ["a"] } });

  describe("is not the data of others", () => {
    const request = { namespaces: ["wordpress", "openebs"], pools: ["pool-k0"] };
    const csi = (driver: string, { metadata, spec }: Volume): Volume => ({
      metadata,
      spec: { ...spec, csi: { driver } },
    });
    const provisioned = (driver: string, { metadata, spec }: Volume): Volume => ({
      metadata: { ...metadata, annotations: { "pv.kubernetes.io/provisioned-by": driver } },
      spec,
    });
    const mayastor = "io.openebs.csi-mayastor";
    const folders = "openebs.io/local";

    it("tells their volumes by the driver, whatever the class is called", () => {
      const volumes = [
        csi(mayastor, volume("own", "openebs-replicated", "wordpress")),
        provisioned(folders, volume("etcd", "mayastor-etcd-localpv", "openebs")),
        csi(mayastor, volume("shop", "fast", "shop")),
        provisioned(folders, volume("folder", "own-class", "blog")),
        csi(mayastor, volume("orphan", "")),
        csi("disks.example.com", volume("disk", "openebs-replicated", "blog")),
        volume("by-hand", "openebs-replicated", "blog"),
      ];
      assert.deepEqual(foreignVolumes(request, volumes, []), [
        "volume shop (claim shop/claim-shop)",
        "volume folder (claim blog/claim-folder)",
        "volume orphan (of no claim)",
      ]);
    });

    it("counts the volumes of the drivers that the stack installs, and no others", () => {
      const nfs = csi("nfs.csi.k8s.io", volume("share", "nfs", "blog"));
      const disk = csi(mayastor, volume("disk", "fast", "blog"));
      assert.deepEqual(foreignVolumes({ ...request, drivers: [folders] }, [nfs, disk], []), []);
      assert.deepEqual(foreignVolumes({ ...request, drivers: ["nfs.csi.k8s.io"] }, [nfs, disk], []), [
        "volume share (claim blog/claim-share)",
      ]);
    });

    it("names their pools", () => {
      assert.deepEqual(foreignVolumes(request, [], [pool("pool-k0"), pool("pool-k9")]), ["DiskPool pool-k9 (node k9)"]);
    });
  });

  it("is kept while others have data: volumes of any namespace, and pools in OpenEBS's own", async () => {
    const request = { namespaces: ["blog", "openebs"], pools: ["pool-k0"] };
    const inOwnNamespace = (name: string, namespace = "openebs"): DiskPool => {
      const { metadata, spec } = pool(name);
      return { metadata: { ...metadata, namespace }, spec };
    };
    const byMayastor = (name: string, namespace: string): Volume => {
      const { metadata, spec } = volume(name, "fast", namespace);
      return { metadata, spec: { ...spec, csi: { driver: "io.openebs.csi-mayastor" } } };
    };
    const on = (volumes: Volume[], pools: DiskPool[]) =>
      foreignVolumesOn(new SmallKubectl({ persistentvolumes: volumes, "diskpools.openebs.io": pools }), request);
    const pools = [inOwnNamespace("pool-k0"), inOwnNamespace("pool-k9", "wordpress")];
    assert.equal(await on([byMayastor("own", "blog")], pools), undefined);
    assert.equal(
      await on([byMayastor("own", "blog"), byMayastor("site", "wordpress")], [...pools, inOwnNamespace("pool-k1")]),
      "This stack's storage holds data that is not the stack's:\n" +
        "  - volume site (claim wordpress/claim-site)\n  - DiskPool pool-k1 (node k9)\n" +
        "Move or delete it first, then again: pulumi destroy",
    );
  });

  describe("when its release is gone", () => {
    const inNamespace = (name: string, namespace: string) => ({
      metadata: { name, namespace, uid: `${namespace}-${name}` },
    });
    const definition = (name: string, release?: string) => ({
      metadata: {
        ...{ name, uid: name },
        ...(release && {
          annotations: { "meta.helm.sh/release-name": release, "meta.helm.sh/release-namespace": "openebs" },
        }),
      },
    });
    const snapshots = ["volumesnapshots", "volumesnapshotcontents", "volumesnapshotclasses"].map(
      (kind) => `${kind}.snapshot.storage.k8s.io`,
    );
    const cluster = (objects: ConstructorParameters<typeof SmallKubectl>[0] = {}) =>
      new SmallKubectl({
        persistentvolumeclaims: ["openebs", "wordpress"].map((name) => inNamespace("data-openebs-etcd-0", name)),
        persistentvolumes: [
          volume("etcd", "mayastor-etcd-localpv", "openebs"),
          volume("site", "mayastor-etcd-localpv", "wordpress"),
          volume("unclaimed", "mayastor-etcd-localpv"),
        ],
        customresourcedefinitions: [
          definition("diskpools.openebs.io"),
          ...snapshots.map((name) => definition(name, "openebs")),
          definition("volumesnapshots.example.com", "openebs"),
        ],
        ...objects,
      });
    const left = (kubectl: SmallKubectl) =>
      ["persistentvolumeclaims", "persistentvolumes", "customresourcedefinitions"].map((kind) => kubectl.names(kind));
    const others = [["wordpress/data-openebs-etcd-0"], ["site", "unclaimed"]];

    it("is its own claims, volumes and definitions, and nothing of another namespace", async () => {
      const kubectl = cluster();
      await removeLeftovers(kubectl, "openebs", 3);
      assert.deepEqual(left(kubectl), [...others, ["volumesnapshots.example.com"]]);
      assert.deepEqual(kubectl.said("delete"), [
        "delete persistentvolumeclaim data-openebs-etcd-0",
        "delete persistentvolume etcd",
        `delete customresourcedefinition diskpools.openebs.io ${snapshots.join(" ")}`,
      ]);
      const deletions = kubectl.calls.filter(({ verb }) => verb === "delete");
      assert.deepEqual(
        deletions.map(({ flags }) => flags.wait ?? flags.timeout),
        ["false", "false", "60s"],
        "no deletion is waited for without an end",
      );
    });

    it("is named in the error if it is still there after the timeout", async () => {
      const kubectl = cluster();
      await assert.rejects(removeLeftovers(kubectl, "openebs", 0), {
        message:
          "Not gone after 0 s: data-openebs-etcd-0, etcd of OpenEBS's own.\n" +
          "Look: kubectl --namespace openebs describe persistentvolumeclaim. Then again: pulumi destroy",
      });
      assert.equal(kubectl.names("customresourcedefinitions").length, 5);
    });

    it("is no definition of snapshots that anybody has, in any namespace", async () => {
      const [kind = ""] = snapshots;
      const kubectl = cluster({ [kind]: [inNamespace("nightly", "blog")] });
      await removeLeftovers(kubectl, "openebs", 3);
      assert.deepEqual(left(kubectl), [...others, [...snapshots, "volumesnapshots.example.com"]]);
    });

    it("is no definition of pools while there are pools, in any namespace: it says how they are removed", async () => {
      const pools = [inNamespace("pool-k0", "storage"), inNamespace("pool-k1", "openebs")];
      const kubectl = cluster({ "diskpools.openebs.io": pools });
      await assert.rejects(removeLeftovers(kubectl, "openebs", 3), {
        message:
          "DiskPools are left, and OpenEBS, which would delete them, is gone: storage/pool-k0, openebs/pool-k1.\n" +
          "Take their finalizer away: kubectl --namespace openebs patch diskpool NAME --type merge --patch " +
          `'{"metadata":{"finalizers":null}}'. Then again: pulumi destroy`,
      });
      assert.equal(kubectl.names("customresourcedefinitions").length, 5);
    });
  });

  it("is what its release leaves: claims in its namespace and the volumes that were theirs", () => {
    const claim: Claim = {
      metadata: { name: "data-openebs-etcd-0", uid: "1" },
      spec: { resources: { requests: { storage: "1Gi" } } },
    };
    const volumes = [volume("etcd", "mayastor-etcd-localpv", "openebs"), volume("blog", "openebs-hostpath", "blog")];
    assert.deepEqual(leftClaims("openebs", [claim], volumes), { claims: ["data-openebs-etcd-0"], volumes: ["etcd"] });
  });

  it("is the snapshots' definitions that came with it, and not those of others", () => {
    const definition = (name: string, annotations = {}) => ({ metadata: { name, uid: name, annotations } });
    const byChart = { "meta.helm.sh/release-name": "openebs", "meta.helm.sh/release-namespace": "openebs" };
    const own = definition("volumesnapshots.snapshot.storage.k8s.io", byChart);
    const foreign = definition("volumesnapshotclasses.snapshot.storage.k8s.io");
    const unrelated = definition("diskpools.openebs.io");
    const elsewhere = ["meta.helm.sh/release-name", "meta.helm.sh/release-namespace"].map((annotation) =>
      definition("volumesnapshotcontents.snapshot.storage.k8s.io", { ...byChart, [annotation]: "snapshots" }),
    );
    assert.deepEqual(ownedSnapshotCrds([own, foreign, unrelated, ...elsewhere]), [
      "volumesnapshots.snapshot.storage.k8s.io",
    ]);
    assert.equal(needsSnapshotCrds([unrelated]), true);
    assert.equal(needsSnapshotCrds([own]), true);
    assert.equal(needsSnapshotCrds([own, foreign]), false);
  });
});

describe("the state of a pool", () => {
  const pool = (status?: DiskPool["status"]): DiskPool => ({
    metadata: { name: "pool-k0", uid: "1" },
    spec: { node: "k0", disks: ["/dev/disk/by-id/x"] },
    ...(status ? { status } : {}),
  });

  it("is what its status says, or that nobody has said anything", () => {
    assert.equal(
      poolState(pool({ cr_state: "Created", pool_status: "Faulted" })),
      "Created, Faulted (node k0, disk /dev/disk/by-id/x)",
    );
    assert.equal(
      poolState(pool()),
      "OpenEBS's operator has not said anything of it yet (node k0, disk /dev/disk/by-id/x)",
    );
    assert.equal(poolState(undefined), "the cluster does not have it");
  });

  it("is read from the pool of that name in OpenEBS's namespace", async () => {
    const named = (name: string, namespace: string) => ({
      ...pool(),
      metadata: { name, namespace, uid: `${namespace}-${name}` },
    });
    const pools = [
      ...[named("pool-k0", "wordpress"), named("pool-k00", "openebs"), named("pool-k0", "openebs")],
      named("pool-k1", "wordpress"),
    ];
    const kubectl = new SmallKubectl({ "diskpools.openebs.io": pools });
    assert.deepEqual(await readPool(kubectl, "pool-k0"), named("pool-k0", "openebs"));
    assert.equal(await readPool(kubectl, "pool-k1"), undefined);
  });
});
