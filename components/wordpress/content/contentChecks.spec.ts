import * as assert from "node:assert/strict";
import type { Claim, Node, StorageClass, Volume } from "../../kubernetes/objects";
import { type ContentFacts, contentFindings, type RequestedContent } from "./contentChecks";

const claim = (name: string, annotations?: Record<string, string>): Claim => ({
  metadata: { name, uid: name, ...(annotations && { annotations }) },
  spec: { storageClassName: "many", accessModes: ["ReadWriteMany"], resources: { requests: { storage: "1Gi" } } },
});
const perPod = [claim("data-mariadb-0"), claim("data-wordpress-0"), claim("data-wordpress-1")];
const shared = claim("wordpress-content");
const migrated = claim("wordpress-content", { "wordpress/migrated": "true" });
const mode = { content: "shared", accessMode: "ReadWriteMany" } as const;
const many = { ...mode, className: "many", classIsManaged: false, migrateContent: false };

const findings = (content: RequestedContent, claims: readonly Claim[] = [], more: Partial<ContentFacts> = {}) => {
  const classes: StorageClass[] = [{ metadata: { name: "many", uid: "many" }, provisioner: "x" }];
  return contentFindings({ content }, { claims, classes, nodes: [], volumes: [], ...more }, "many");
};
const finding = (...args: Parameters<typeof findings>) => {
  const all = findings(...args);
  assert.equal(all.length, 1, all.join("\n"));
  return all[0] ?? "";
};

describe("checks of the requested content", () => {
  it("find no problem on a new or unchanged stack", () => {
    assert.deepEqual(findings(many), []);
    assert.deepEqual(findings(many, [shared]), []);
    assert.deepEqual(findings({ content: "perPod" }), []);
    assert.deepEqual(findings({ content: "perPod" }, perPod), []);
  });

  it("report a class that does not exist or is not ReadWriteMany, with the options", () => {
    assert.equal(
      finding({ ...many, className: "none-such" }),
      'contentStorageClass: "none-such" is no storage class of this cluster; it has many; choose one: ' +
        "pulumi config set contentStorageClass many",
    );
    const classes = ["fast", "many"].map((name) => ({ metadata: { name, uid: name }, provisioner: "x" }));
    assert.match(
      finding({ ...many, className: "none-such" }, [], { classes }),
      /it has fast, many; choose one: pulumi config set contentStorageClass fast$/,
    );
    assert.match(
      finding({ ...many, className: "none-such" }, [], { classes: [] }),
      /it has none; choose one: pulumi config set contentStorageClass shared$/,
    );
    assert.equal(
      finding(many, [], { rwxProbeError: "single nodes only" }),
      'contentStorageClass: "many" has no volumes that many nodes can write to: single nodes only. Name another one: ' +
        "pulumi config set contentStorageClass NAME, or keep all pods on one node: pulumi config set contentAccessMode " +
        "ReadWriteOnce, or give each pod files of its own: pulumi config set content perPod",
    );
  });

  it("accept a class that the stack has yet to create, unless the claim has another class", () => {
    const own = { ...many, className: "openebs-nfs", classIsManaged: true };
    assert.deepEqual(findings(own), []);
    assert.match(finding(own, [shared]), /contentStorageClass: "openebs-nfs" is not allowed .*has "many"/);
  });

  it("report another class or access mode for an existing claim", () => {
    assert.equal(
      finding({ ...many, accessMode: "ReadWriteOnce" }, [shared]),
      'contentAccessMode: "ReadWriteOnce" is not allowed on this stack: the claim wordpress-content has "ReadWriteMany", ' +
        "which cannot change. Keep it: pulumi config set contentAccessMode ReadWriteMany",
    );
    const other = { classes: [{ metadata: { name: "other", uid: "1" }, provisioner: "x" }] };
    assert.match(finding({ ...many, className: "other" }, [shared], other), /contentStorageClass: .*has "many"/);
    const { resources } = shared.spec;
    const [ofClass, ofMode, ...more] = findings(many, [{ ...shared, spec: { resources } }]);
    assert.match(ofClass ?? "", /^contentStorageClass: "many" .* has "", which cannot change/);
    assert.match(ofMode ?? "", /^contentAccessMode: "ReadWriteMany" .* has "", which cannot change/);
    assert.deepEqual(more, []);
  });

  it("report claims that would be orphaned, unless they are or were migrated", () => {
    assert.equal(
      finding(many, perPod),
      'content: "shared" is not allowed on this stack: the site\'s files are in data-wordpress-0, data-wordpress-1. Keep it: ' +
        "pulumi config set content perPod. Or migrate them, which makes the site unavailable meanwhile: pulumi config set " +
        "contentMigration merge (docs/how-to/migrate-to-shared-content.md)",
    );
    assert.deepEqual(findings({ ...many, migrateContent: true }, perPod), []);
    assert.deepEqual(findings({ ...many, migrateContent: true }, [...perPod, shared]), []);
    assert.deepEqual(findings(many, [...perPod, migrated]), []);
    assert.match(finding(many, [...perPod, shared]), /contentMigration merge/);
  });

  it("report a migration to one node of volumes that are bound to several nodes", () => {
    const node = (name: string): Node => ({ metadata: { name, uid: name, labels: { host: name } }, status: {} });
    const nodes = [node("k1"), node("k2")];
    const own = (index: number, className = "many"): Claim => {
      const { metadata, spec } = claim(`data-wordpress-${index}`);
      return { metadata, spec: { ...spec, storageClassName: className, volumeName: `v${index}` } };
    };
    const volume = (index: number, nodeAffinity?: Volume["spec"]["nodeAffinity"]): Volume => ({
      metadata: { name: `v${index}`, uid: `v${index}` },
      spec: nodeAffinity ? { nodeAffinity } : {},
    });
    const on = (...hosts: string[]) => ({ key: "host", operator: "In", values: hosts });
    /** A volume with these terms, each a list of expressions. */
    const within = (index: number, ...terms: { key: string; operator: string; values?: string[] }[][]) =>
      volume(index, { required: { nodeSelectorTerms: terms.map((matchExpressions) => ({ matchExpressions })) } });
    const local = (index: number, ...hosts: string[]) => within(index, [on(...hosts)]);
    const move = { ...many, className: undefined, accessMode: "ReadWriteOnce", migrateContent: true } as const;
    const ofAnotherClaim = local(7, "k2");
    const apart = { nodes, volumes: [ofAnotherClaim, local(0, "k1"), local(1, "k2")] };
    assert.equal(
      finding(move, [own(0), own(1)], apart),
      'contentAccessMode: "ReadWriteOnce" keeps all files on one node, but the volumes of data-wordpress-0, ' +
        "data-wordpress-1 have the same storage class and are bound to several nodes: no pod can mount both the previous and " +
        "the new volume. Use a ReadWriteMany storage class: pulumi config set contentStorageClass NAME and " +
        "pulumi config set contentAccessMode ReadWriteMany, or keep the mode: pulumi config set content perPod",
    );
    // A node has to match all expressions of one term. `In` without values matches no node, nor does it match a label that is missing.
    const unlabeled = within(0, [{ key: "zone", operator: "In", values: [""] }]);
    for (const first of [
      within(0, [on("k1", "k2"), on("k1")]),
      within(0, [{ key: "host", operator: "In" }]),
      unlabeled,
    ]) {
      assert.match(
        finding(move, [own(0), own(1)], { nodes, volumes: [first, local(1, "k2")] }),
        /bound to several nodes/,
      );
    }
    const anywhere = [volume(0), volume(0, {}), volume(0, { required: { nodeSelectorTerms: [{}] } })];
    const exists = within(0, [{ key: "host", operator: "Exists" }]);
    for (const first of [...anywhere, exists, within(0, [on("k1")], [on("k2")])]) {
      assert.deepEqual(findings(move, [own(0), own(1)], { nodes, volumes: [first, local(1, "k2")] }), []);
    }
    // Claims without volumes are not bound to a node.
    assert.deepEqual(findings(move, [own(0), own(1)], { nodes: [], volumes: [] }), []);
    // The location of a volume of another class is unknown. Some volumes can be mounted on several nodes, or on all.
    assert.deepEqual(findings(move, [own(0, "other"), own(1, "other")], apart), []);
    assert.deepEqual(findings(move, [own(0), own(1)], { nodes, volumes: [local(0, "k1", "k2"), local(1, "k2")] }), []);
    assert.deepEqual(findings(move, [own(0), own(1)], { nodes, volumes: [local(0, "k1")] }), []);
    assert.deepEqual(findings({ ...move, accessMode: "ReadWriteMany" }, [own(0), own(1)], apart), []);
    const done = { ...migrated, spec: { ...migrated.spec, accessModes: ["ReadWriteOnce"] } };
    assert.deepEqual(findings(move, [own(0), own(1), done], apart), []);
  });

  it("report a return from shared content, except during an unfinished migration", () => {
    const start =
      'content: "perPod" is not allowed on this stack: the site\'s files are in wordpress-content, and would stay there.';
    const steps =
      " Keep it: pulumi config set content shared. To move: create a second stack with the new value, copy database and " +
      "files, then destroy this one (docs/how-to/move-a-site.md)";
    assert.equal(finding({ content: "perPod" }, [shared]), start + steps);
    assert.equal(
      finding({ content: "perPod" }, [...perPod, migrated]),
      `${start} The files in data-wordpress-0, data-wordpress-1 are from before the migration.${steps}`,
    );
    assert.deepEqual(findings({ content: "perPod" }, [...perPod, shared]), []);
  });
});
