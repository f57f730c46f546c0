import * as assert from "node:assert/strict";
import type { Claim, DiskPool, Volume } from "../../kubernetes/objects";
import { volumesOfOtherWorkloads } from "./volumesOfOtherWorkloads";
import { storageDestroyRefusal } from "./volumesOfOtherWorkloads";
import { orphanedClaims, needsSnapshotCrds, ownedSnapshotCrds, cleanUpOpenEbs } from "./openEbsCleanup";
import { SmallKubectl } from "../../../tests/support/smallKubectl";

describe("OpenEBS cleanup", () => {
  const volume = (name: string, storageClassName: string, namespace?: string): Volume => ({
    metadata: { name, uid: name },
    spec: { storageClassName, ...(namespace === undefined ? {} : { claimRef: { namespace, name: `claim-${name}` } }) },
  });
  const pool = (name: string): DiskPool => ({ metadata: { name, uid: name }, spec: { node: "k9", disks: ["a"] } });

  describe("volumes of other workloads", () => {
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

    it("are recognized by their driver, not by the name of their storage class", () => {
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

    it("include only volumes of the drivers that the stack installs", () => {
      const nfs = csi("nfs.csi.k8s.io", volume("share", "nfs", "blog"));
      const disk = csi(mayastor, volume("disk", "fast", "blog"));
      assert.deepEqual(volumesOfOtherWorkloads({ ...request, drivers: [folders] }, [nfs, disk], []), []);
      assert.deepEqual(volumesOfOtherWorkloads({ ...request, drivers: ["nfs.csi.k8s.io"] }, [nfs, disk], []), [
        "volume share (claim blog/claim-share)",
      ]);
    });

    it("include DiskPools of other workloads", () => {
      assert.deepEqual(volumesOfOtherWorkloads(request, [], [pool("pool-k0"), pool("pool-k9")]), [
        "DiskPool pool-k9 (node k9)",
      ]);
    });
  });

  it("is refused while other workloads have volumes in any namespace, or pools in OpenEBS's namespace", async () => {
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

  describe("after the release was uninstalled", () => {
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
    const remaining = (kubectl: SmallKubectl) =>
      ["persistentvolumeclaims", "persistentvolumes", "customresourcedefinitions"].map((kind) => kubectl.names(kind));
    const others = [["wordpress/data-openebs-etcd-0"], ["site", "unclaimed"]];

    it("deletes OpenEBS's own claims, volumes, and CRDs, and nothing of another namespace", async () => {
      const kubectl = cluster();
      await cleanUpOpenEbs(kubectl, "openebs", 3);
      assert.deepEqual(remaining(kubectl), [...others, ["volumesnapshots.example.com"]]);
      assert.deepEqual(kubectl.said("delete"), [
        "delete persistentvolumeclaim data-openebs-etcd-0",
        "delete persistentvolume etcd",
        `delete customresourcedefinition diskpools.openebs.io ${snapshots.join(" ")}`,
      ]);
      const deletions = kubectl.calls.filter(({ verb }) => verb === "delete");
      assert.deepEqual(
        deletions.map(({ flags }) => flags.wait ?? flags.timeout),
        ["false", "false", "60s"],
        "a deletion has no timeout",
      );
    });

    it("names the remaining objects after the timeout, and keeps the CRDs", async () => {
      const kubectl = cluster();
      await assert.rejects(cleanUpOpenEbs(kubectl, "openebs", 0), {
        message:
          "OpenEBS's own claims and volumes were not deleted within 0 s: data-openebs-etcd-0, etcd.\n" +
          "Inspect: kubectl --namespace openebs describe persistentvolumeclaim. Then run again: pulumi destroy",
      });
      assert.equal(kubectl.names("customresourcedefinitions").length, 5);
    });

    it("keeps the CRDs of snapshots while snapshots exist in any namespace", async () => {
      const [kind = ""] = snapshots;
      const kubectl = cluster({ [kind]: [inNamespace("nightly", "blog")] });
      await cleanUpOpenEbs(kubectl, "openebs", 3);
      assert.deepEqual(remaining(kubectl), [...others, [...snapshots, "volumesnapshots.example.com"]]);
    });

    it("keeps the CRD of DiskPools while pools exist in any namespace, and tells how to remove them", async () => {
      const pools = [inNamespace("pool-k0", "storage"), inNamespace("pool-k1", "openebs")];
      const kubectl = cluster({ "diskpools.openebs.io": pools });
      await assert.rejects(cleanUpOpenEbs(kubectl, "openebs", 3), {
        message:
          "DiskPools still exist, and OpenEBS, which would delete them, is uninstalled: storage/pool-k0, openebs/pool-k1.\n" +
          "Remove their finalizer: kubectl --namespace openebs patch diskpool NAME --type merge --patch " +
          `'{"metadata":{"finalizers":null}}'. Then run again: pulumi destroy`,
      });
      assert.equal(kubectl.names("customresourcedefinitions").length, 5);
    });
  });

  it("finds the orphaned claims in OpenEBS's namespace and their volumes", () => {
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

  it("finds the snapshots' CRDs that OpenEBS's release installed, and not those of other releases", () => {
    const definition = (name: string, annotations = {}) => ({ metadata: { name, uid: name, annotations } });
    const byChart = { "meta.helm.sh/release-name": "openebs", "meta.helm.sh/release-namespace": "openebs" };
    const own = definition("volumesnapshots.snapshot.storage.k8s.io", byChart);
    const unowned = definition("volumesnapshotclasses.snapshot.storage.k8s.io");
    const unrelated = definition("diskpools.openebs.io");
    const elsewhere = ["meta.helm.sh/release-name", "meta.helm.sh/release-namespace"].map((annotation) =>
      definition("volumesnapshotcontents.snapshot.storage.k8s.io", { ...byChart, [annotation]: "snapshots" }),
    );
    assert.deepEqual(ownedSnapshotCrds([own, unowned, unrelated, ...elsewhere]), [
      "volumesnapshots.snapshot.storage.k8s.io",
    ]);
    assert.equal(needsSnapshotCrds([unrelated]), true);
    assert.equal(needsSnapshotCrds([own]), true);
    assert.equal(needsSnapshotCrds([own, unowned]), false);
  });
});
