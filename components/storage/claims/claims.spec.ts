import * as assert from "node:assert/strict";
import { growClaims, hasGrown } from "./growClaims";
import type { AnyObject, Claim, StorageClass, Volume } from "../../kubernetes/objects";
import { deleteClaims, remainingClaimsAndVolumes } from "./deleteClaims";
import { quantityBytes } from "../../kubernetes/quantity";
import { SmallKubectl } from "../../../tests/support/smallKubectl";

const claim = (name: string, storage: string, storageClassName = "standard", namespace = "blog"): Claim => ({
  metadata: { name, namespace, uid: name },
  spec: { storageClassName, resources: { requests: { storage } } },
  status: { phase: "Bound", capacity: { storage } },
});

/** A cluster with these claims, whose volumes grow when a claim is patched. */
function smallCluster(claims: readonly Claim[], expands: boolean): SmallKubectl {
  const standard: StorageClass = {
    metadata: { name: "standard", uid: "1" },
    provisioner: "x",
    allowVolumeExpansion: expands,
  };
  const patched = (object: AnyObject) => {
    const { metadata, spec } = object as Claim;
    return claim(metadata.name, spec.resources.requests.storage, spec.storageClassName, metadata.namespace);
  };
  return new SmallKubectl({ persistentvolumeclaims: claims, storageclasses: [standard] }, { patched });
}

describe("claims", () => {
  const request = { namespace: "blog", statefulSet: "wordpress", size: "2Gi" };

  it("grow if they are smaller than requested and belong to the StatefulSet", async () => {
    const small = ["data-wordpress-10", "data-wordpress-0"].map((name) => claim(name, "1Gi"));
    const others = [
      ...["data-wordpress-extra-0", "my-data-wordpress-0", "data-mariadb-0"].map((name) => claim(name, "1Gi")),
      ...["data-wordpress-0", "data-wordpress-3"].map((name) => claim(name, "1Gi", "standard", "wordpress")),
      claim("data-wordpress-2", "3Gi"),
    ];
    const kubectl = smallCluster([...others, ...small], true);
    assert.deepEqual(await growClaims(kubectl, request), ["data-wordpress-0", "data-wordpress-10"]);
    const grown = ["data-wordpress-10", "data-wordpress-0"].map((name) => claim(name, "2Gi"));
    assert.deepEqual(kubectl.all("persistentvolumeclaims"), [...others, ...grown]);
    assert.deepEqual(await growClaims(kubectl, request), []);
    assert.equal(kubectl.said("patch").length, 2);
  });

  it("are not patched when their class does not expand claims, which the error names", async () => {
    const kubectl = smallCluster([claim("data-wordpress-0", "1Gi")], false);
    await assert.rejects(growClaims(kubectl, request), {
      message:
        'The claim data-wordpress-0 has 1Gi and cannot grow to 2Gi: its storage class "standard" does not expand claims',
    });
    assert.deepEqual(kubectl.said("patch"), []);
  });

  it("have grown when the volume has, or when only the next mount is pending", () => {
    const wanted = quantityBytes("2Gi") ?? 0;
    const pending = {
      ...claim("a", "1Gi"),
      status: { phase: "Bound", conditions: [{ type: "FileSystemResizePending", status: "True" }] },
    };
    assert.equal(hasGrown(claim("a", "1Gi"), wanted), false);
    assert.equal(hasGrown(claim("a", "2Gi"), wanted), true);
    assert.equal(hasGrown(pending, wanted), true);
  });

  it("are deleted with the stack if they belong to its StatefulSets", async () => {
    const pod = (name: string, app: string, namespace = "blog") => ({
      metadata: { name, namespace, uid: `${namespace}-${name}`, labels: { app } },
    });
    const claims = [
      "data-mariadb-0",
      "data-mariadb-1",
      "data-wordpress-0",
      "wordpress-content",
      "data-mariadb-extra-0",
    ];
    const kubectl = new SmallKubectl({
      persistentvolumeclaims: [
        ...claims.map((name) => claim(name, "1Gi")),
        ...["data-mariadb-0", "data-mariadb-7"].map((name) => claim(name, "1Gi", "standard", "wordpress")),
      ],
      pods: [
        ...[pod("mariadb-0", "mariadb"), pod("mariadb-0", "mariadb", "wordpress")],
        ...[pod("mariadb-extra-0", "mariadb-extra"), pod("wordpress-0", "wordpress")],
      ],
    });
    // Requests in states of earlier versions name no StatefulSets.
    await deleteClaims(kubectl, { namespace: "blog", dataRetention: "delete" });
    assert.deepEqual(kubectl.said("delete"), []);
    await deleteClaims(kubectl, { namespace: "blog", dataRetention: "delete", statefulSets: ["mariadb", "without"] });
    assert.deepEqual(kubectl.names("persistentvolumeclaims"), [
      ...["blog/data-wordpress-0", "blog/wordpress-content", "blog/data-mariadb-extra-0"],
      ...["wordpress/data-mariadb-0", "wordpress/data-mariadb-7"],
    ]);
    assert.deepEqual(kubectl.names("pods"), ["wordpress/mariadb-0", "blog/mariadb-extra-0", "blog/wordpress-0"]);
    assert.deepEqual(kubectl.said("delete"), [
      "delete pods",
      "delete persistentvolumeclaim data-mariadb-0 data-mariadb-1",
      "delete pods",
    ]);
    const waiting = kubectl.calls.filter(({ verb, flags }) => verb === "delete" && flags.wait !== "false");
    assert.deepEqual(waiting, [], "the script itself waits for all of them at once");
  });

  it("are listed with their volumes until both are deleted, except for retained volumes", () => {
    const volume = (name: string, namespace: string, policy: string): Volume => ({
      metadata: { name, uid: name },
      spec: { claimRef: { namespace, name: "data-mariadb-0" }, persistentVolumeReclaimPolicy: policy },
      status: { phase: "Failed", message: "rm: busy" },
    });
    const volumes = [
      volume("pv-1", "wordpress", "Delete"),
      volume("pv-2", "wordpress", "Retain"),
      volume("pv-3", "shop", "Delete"),
    ];
    assert.deepEqual(remainingClaimsAndVolumes("wordpress", [claim("data-mariadb-0", "1Gi")], volumes), [
      "claim data-mariadb-0 (Bound)",
      "volume pv-1 of data-mariadb-0 (Failed: rm: busy)",
    ]);
    assert.deepEqual(remainingClaimsAndVolumes("blog", [], volumes), []);
    const { metadata, spec } = claim("data-mariadb-1", "1Gi");
    const silent = { metadata: { name: "pv-5", uid: "5" }, spec: volume("pv-5", "blog", "Delete").spec };
    const free: Volume = { metadata: { name: "pv-6", uid: "6" }, spec: {}, status: { phase: "Available" } };
    const released = { ...volume("pv-7", "blog", "Delete"), status: { phase: "Released" } };
    assert.deepEqual(remainingClaimsAndVolumes("blog", [{ metadata, spec }], [silent, free, released]), [
      "claim data-mariadb-1 (no phase)",
      "volume pv-5 of data-mariadb-0 (no phase)",
      "volume pv-7 of data-mariadb-0 (Released)",
    ]);
  });
});

describe("quantity", () => {
  const bytes: [string, number | undefined][] = [
    ["1Gi", 2 ** 30],
    ["1.5G", 1.5e9],
    ["2e9", 2e9],
    ["500m", 0.5],
    [".5Ki", 512],
    ["1GB", undefined],
    ["", undefined],
    ["-1", undefined],
    ["1e999", undefined],
    [" 1Gi", undefined],
  ];
  for (const [text, value] of bytes) {
    it(`reads "${text}" as ${value === undefined ? "no quantity" : `${value} bytes`}`, () =>
      assert.equal(quantityBytes(text), value));
  }
});
