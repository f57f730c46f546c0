import * as assert from "node:assert/strict";
import { contentFindings } from "../../components/cluster/contentFindings";
import type { Claim, Node, StorageClass, Volume } from "../../components/cluster/objects";
import type { ClusterFacts, PreflightRequest, RequestedContent } from "../../components/cluster/preflightChecks";

const claim = (name: string, annotations: Record<string, string> = {}): Claim => ({
  metadata: { name, uid: name, annotations },
  spec: { storageClassName: "many", accessModes: ["ReadWriteMany"], resources: { requests: { storage: "1Gi" } } },
});
const perPod = [claim("data-mariadb-0"), claim("data-wordpress-0"), claim("data-wordpress-1")];
const shared = claim("wordpress-content");
const migrated = claim("wordpress-content", { "wordpress/migrated": "true" });
const mode = { content: "shared", accessMode: "ReadWriteMany" } as const;
const many = { ...mode, className: "many", classComesAlong: false, migrates: false };

const findings = (content: RequestedContent, claims: readonly Claim[] = [], more: Partial<ClusterFacts> = {}) => {
  const classes: StorageClass[] = [{ metadata: { name: "many", uid: "many" }, provisioner: "x" }];
  return contentFindings({ content } as PreflightRequest, { claims, classes, ...more } as ClusterFacts, "many");
};
const finding = (...args: Parameters<typeof findings>) => {
  const all = findings(...args);
  assert.equal(all.length, 1, all.join("\n"));
  return all[0] ?? "";
};

describe("what stands in the way of the site's content", () => {
  it("is nothing for a stack that begins, or stays as it is", () => {
    assert.deepEqual(findings(many), []);
    assert.deepEqual(findings(many, [shared]), []);
    assert.deepEqual(findings({ content: "perPod" }), []);
    assert.deepEqual(findings({ content: "perPod" }, perPod), []);
  });

  it("is a class that is not there, or that refuses many nodes, with the ways out", () => {
    assert.equal(
      finding({ ...many, className: "none-such" }),
      'contentStorageClass: "none-such" is no storage class of this cluster; it has many; choose one: ' +
        "pulumi config set contentStorageClass many",
    );
    assert.match(
      finding(many, [], { contentRefusal: "single nodes only" }),
      /"many" has no volumes .*: single nodes only\. .*StorageClass NAME, .*ReadWriteOnce, .*content perPod$/,
    );
  });

  it("is no class that comes with the stack and is not there yet, but for a claim that has another one", () => {
    const own = { ...many, className: "openebs-nfs", classComesAlong: true };
    assert.deepEqual(findings(own), []);
    assert.match(finding(own, [shared]), /contentStorageClass: "openebs-nfs" is not allowed .*has "many"/);
  });

  it("is another class or mode for a claim that is there", () => {
    assert.match(finding({ ...many, accessMode: "ReadWriteOnce" }, [shared]), /contentAccessMode: .*Keep it/);
    const other = { classes: [{ metadata: { name: "other", uid: "1" }, provisioner: "x" }] };
    assert.match(finding({ ...many, className: "other" }, [shared], other), /contentStorageClass: .*has "many"/);
  });

  it("is that files would be left behind, unless they are to come along, or did", () => {
    assert.match(finding(many, perPod), /in data-wordpress-0, data-wordpress-1\. .*contentMigration merge/);
    assert.deepEqual(findings({ ...many, migrates: true }, perPod), []);
    assert.deepEqual(findings({ ...many, migrates: true }, [...perPod, shared]), []);
    assert.deepEqual(findings(many, [...perPod, migrated]), []);
    assert.match(finding(many, [...perPod, shared]), /contentMigration merge/);
  });

  it("is that one node is to have what is on several, which cannot leave them", () => {
    const node = (name: string): Node => ({ metadata: { name, uid: name, labels: { host: name } }, status: {} });
    const nodes = [node("k1"), node("k2")];
    const own = (index: number, className = "many"): Claim => {
      const { metadata, spec } = claim(`data-wordpress-${index}`);
      return { metadata, spec: { ...spec, storageClassName: className, volumeName: `v${index}` } };
    };
    const local = (index: number, ...hosts: string[]): Volume => {
      const matchExpressions = [{ key: "host", operator: "In", values: hosts }];
      const nodeAffinity = { required: { nodeSelectorTerms: [{ matchExpressions }] } };
      return { metadata: { name: `v${index}`, uid: `v${index}` }, spec: { nodeAffinity } };
    };
    const move = { ...many, className: undefined, accessMode: "ReadWriteOnce", migrates: true } as const;
    const apart = { nodes, volumes: [local(0, "k1"), local(1, "k2")] };
    assert.match(
      finding(move, [own(0), own(1)], apart),
      /^contentAccessMode: "ReadWriteOnce" .*data-wordpress-0, data-wordpress-1 .*contentAccessMode ReadWriteMany, or stay .*content perPod$/,
    );
    // Of another class nobody knows where its volume will be; and some volumes can be had on several nodes, or on all.
    assert.deepEqual(findings(move, [own(0, "other"), own(1, "other")], apart), []);
    assert.deepEqual(findings(move, [own(0), own(1)], { nodes, volumes: [local(0, "k1", "k2"), local(1, "k2")] }), []);
    assert.deepEqual(findings(move, [own(0), own(1)], { nodes, volumes: [local(0, "k1")] }), []);
    assert.deepEqual(findings({ ...move, accessMode: "ReadWriteMany" }, [own(0), own(1)], apart), []);
    const done = { ...migrated, spec: { ...migrated.spec, accessModes: ["ReadWriteOnce"] } };
    assert.deepEqual(findings(move, [own(0), own(1), done], apart), []);
  });

  it("is the way back from shared content, but for a move that has not come to its end", () => {
    assert.match(finding({ content: "perPod" }, [shared]), /in wordpress-content, and would stay there/);
    assert.match(finding({ content: "perPod" }, [...perPod, migrated]), /data-wordpress-1 is from before the move/);
    assert.deepEqual(findings({ content: "perPod" }, [...perPod, shared]), []);
  });
});
