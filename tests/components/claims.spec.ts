import * as assert from "node:assert/strict";
import { growClaims, hasGrown } from "../../components/storage/claimGrowth";
import type { Kubectl } from "../../components/cluster/kubectl";
import type { Claim, StorageClass, Volume } from "../../components/cluster/objects";
import { deleteClaims, unreleased } from "../../components/storage/volumeRelease";
import { listed } from "../support/listed";
import { quantityBytes } from "../../components/quantity";

const claim = (name: string, storage: string, storageClassName = "standard", namespace = "wordpress"): Claim => ({
  metadata: { name, namespace, uid: name },
  spec: { storageClassName, resources: { requests: { storage } } },
  status: { phase: "Bound", capacity: { storage } },
});

/** A cluster that grows what is patched at once, and remembers the patches. */
function smallCluster(claims: Claim[], expands: boolean) {
  const patched: string[] = [];
  const storageClass: StorageClass = {
    metadata: { name: "standard", uid: "1" },
    provisioner: "x",
    allowVolumeExpansion: expands,
  };
  const kubectl = {
    list: (kind: string, namespace?: string) =>
      Promise.resolve(kind === "storageclasses" ? [storageClass] : listed(claims, { namespace })),
    run: (args: string[]) => {
      const name = args[2] ?? "";
      assert.equal(args[args.indexOf("--namespace") + 1], "wordpress");
      patched.push(name);
      const { spec } = JSON.parse(args.at(-1) ?? "{}") as { spec: Claim["spec"] };
      claims[claims.findIndex(({ metadata }) => metadata.name === name)] = claim(name, spec.resources.requests.storage);
      return Promise.resolve("");
    },
  } as unknown as Kubectl;
  return { kubectl, patched };
}

describe("claims", () => {
  const request = { namespace: "wordpress", statefulSet: "wordpress", size: "2Gi" };

  it("grow where they are smaller, each of the StatefulSet and no other", async () => {
    const claims = ["data-wordpress-0", "data-wordpress-10", "data-wordpress-extra-0", "data-mariadb-0"].map((name) =>
      claim(name, "1Gi"),
    );
    const others = [claim("data-wordpress-2", "3Gi"), claim("data-wordpress-3", "1Gi", "standard", "blog")];
    const { kubectl, patched } = smallCluster([...claims, ...others], true);
    assert.deepEqual(await growClaims(kubectl, request), ["data-wordpress-0", "data-wordpress-10"]);
    assert.deepEqual(patched, ["data-wordpress-0", "data-wordpress-10"]);
    assert.deepEqual(await growClaims(kubectl, request), []);
  });

  it("are left alone, with a word, where the class does not expand", async () => {
    const { kubectl, patched } = smallCluster([claim("data-wordpress-0", "1Gi")], false);
    await assert.rejects(growClaims(kubectl, request), {
      message:
        'The claim data-wordpress-0 has 1Gi and cannot grow to 2Gi: its storage class "standard" does not expand claims',
    });
    assert.deepEqual(patched, []);
  });

  it("have grown when the volume has, or when only the next mount is waited for", () => {
    const wanted = quantityBytes("2Gi") ?? 0;
    const pending = {
      ...claim("a", "1Gi"),
      status: { phase: "Bound", conditions: [{ type: "FileSystemResizePending", status: "True" }] },
    };
    assert.equal(hasGrown(claim("a", "1Gi"), wanted), false);
    assert.equal(hasGrown(claim("a", "2Gi"), wanted), true);
    assert.equal(hasGrown(pending, wanted), true);
  });

  it("are deleted with the stack, those of its StatefulSets and no others", async () => {
    const there = ["data-mariadb-0", "data-wordpress-0", "wordpress-content", "data-mariadb-extra-0"];
    const deleted: string[] = [];
    const kubectl = {
      list: () => Promise.resolve(there.map((name) => claim(name, "1Gi"))),
      run: ([verb, kind, name]: string[]) => Promise.resolve(`${deleted.push(`${verb} ${kind} ${name}`)}`),
    } as unknown as Kubectl;
    await deleteClaims(kubectl, { namespace: "wordpress", dataRetention: "delete", statefulSets: ["mariadb"] });
    assert.deepEqual(deleted, ["delete pods --selector=app=mariadb", "delete persistentvolumeclaim data-mariadb-0"]);
  });

  it("and their volumes are named while they are still there; retained volumes are not waited for", () => {
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
    assert.deepEqual(unreleased("wordpress", [claim("data-mariadb-0", "1Gi")], volumes), [
      "claim data-mariadb-0 (Bound)",
      "volume pv-1 of data-mariadb-0 (Failed: rm: busy)",
    ]);
    assert.deepEqual(unreleased("blog", [], volumes), []);
  });
});

describe("a quantity", () => {
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
    it(`"${text}" is ${value ?? "none"}`, () => assert.equal(quantityBytes(text), value));
  }
});
