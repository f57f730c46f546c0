import * as assert from "node:assert/strict";
import type { Claim, DiskPool, Volume } from "../../kubernetes/objects";
import { volumesOfOtherWorkloads } from "./volumesOfOtherWorkloads";
import { storageDestroyRefusal } from "./volumesOfOtherWorkloads";
import { orphanedClaims, needsSnapshotCrds, ownedSnapshotCrds, cleanUpOpenEbs } from "./openEbsCleanup";
import { SmallKubectl } from "../../../tests/support/smallKubectl";

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
      assert.deepEqual(volumesOfOtherWorkloads(request, volumes, []), [
        "volume shop (claim shop/claim-shop)",
        "volume folder (claim blog/claim-folder)",
        "volume orphan (of no claim)",
      ]);
    });

    it("counts the volumes of the drivers that the stack installs, and no others", () => {
      const nfs = csi("nfs.csi.k8s.io", volume("share", "nfs", "blog"));
      const disk = csi(mayastor, volume("disk", "fast", "blog"));
      assert.deepEqual(volumesOfOtherWorkloads({ ...request, drivers: [folders] }, [nfs, disk], []), []);
      assert.deepEqual(volumesOfOtherWorkloads({ ...request, drivers: ["nfs.csi.k8s.io"] }, [nfs, disk], []), [
        "volume share (claim blog/claim-share)",
      ]);
    });

    it("names their pools", () => {
      assert.deepEqual(volumesOfOtherWorkloads(request, [], [pool("pool-k0"), pool("pool-k9")]), [
        "DiskPool pool-k9 (node k9)",
      ]);
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
      storageDestroyRefusal(new SmallKubectl({ persistentvolumes: volumes, "diskpools.openebs.io": pools }), request);
    const pools = [inOwnNamespace("pool-k0"), inOwnNamespace("pool-k9", "wordpress")];
    assert.equal(await on([byMayastor("own", "blog")], pools), undefined);
    assert.equal(
      await on([byMayastor("own", "blog"), byMayastor("site", "wordpress")], [...pools, inOwnNamespace("pool-k1")]),
      "This stack's storage holds volumes of other workloads:\n" +
        "  - volume site (claim wordpress/claim-site)\n  - DiskPool pool-k1 (node k9)\n" +
        "Move or delete them first, then run again: pulumi destroy",
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
      await cleanUpOpenEbs(kubectl, "openebs", 3);
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
      await assert.rejects(cleanUpOpenEbs(kubectl, "openebs", 0), {
        message:
          "Not gone after 0 s: data-openebs-etcd-0, etcd of OpenEBS's own.\n" +
          "Look: kubectl --namespace openebs describe persistentvolumeclaim. Then again: pulumi destroy",
      });
      assert.equal(kubectl.names("customresourcedefinitions").length, 5);
    });

    it("is no definition of snapshots that anybody has, in any namespace", async () => {
      const [kind = ""] = snapshots;
      const kubectl = cluster({ [kind]: [inNamespace("nightly", "blog")] });
      await cleanUpOpenEbs(kubectl, "openebs", 3);
      assert.deepEqual(left(kubectl), [...others, [...snapshots, "volumesnapshots.example.com"]]);
    });

    it("is no definition of pools while there are pools, in any namespace: it says how they are removed", async () => {
      const pools = [inNamespace("pool-k0", "storage"), inNamespace("pool-k1", "openebs")];
      const kubectl = cluster({ "diskpools.openebs.io": pools });
      await assert.rejects(cleanUpOpenEbs(kubectl, "openebs", 3), {
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
    assert.deepEqual(orphanedClaims("openebs", [claim], volumes), {
      claims: ["data-openebs-etcd-0"],
      volumes: ["etcd"],
    });
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
