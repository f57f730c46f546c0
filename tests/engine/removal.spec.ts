import * as assert from "node:assert";
import { failure } from "../support/failure";
import { poolSettings } from "../support/poolSettings";
import { assertBefore, done, only, subjects } from "./support/calls";
import { RecordedSite } from "./support/recordedSite";
import { assertDeletedInOrder, deletedPairs, type DeletionPair, deletionPairs } from "./support/removalOrder";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8qXyq2Jq2nUe0mVb0h8v0xkXo3m9sQ2w5Jt6z7y8A1";
const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
const nodes = ["k0", "k1", "k2"];

/** Subjects of the deletions, without the generated suffixes of jobs and pods. */
function deletedSubjects(site: RecordedSite): string[] {
  return subjects(site.calls, "delete")
    .map((name) => name.replace(/-[0-9a-f]{8}$/, ""))
    .sort();
}

describe("deletion by pulumi up in the order of pulumi destroy", function () {
  this.timeout(20 * 60_000);
  let site: RecordedSite;
  /** Deletions of the tests below. The last test checks that destroy keeps their order. */
  const kept: DeletionPair[] = [];

  before(async () => {
    site = await RecordedSite.start({ contentAccessMode: "ReadWriteMany" });
    await site.project.configureSecret("nodeSshPrivateKey", privateKey);
    await site.up(settings);
  });
  after(() => site.stop());

  const hosts = (names: readonly string[]) =>
    names.flatMap((node) => [
      [`nodeSsh.hosts.${node}.host`, "192.0.2.10"],
      [`nodeSsh.hosts.${node}.hostKey`, hostKey],
    ]);
  const plugin = (index: number, slug: string) => [
    [`plugins[${index}].slug`, slug],
    [`plugins[${index}].version`, "2.6.3"],
    [`plugins[${index}].sha256`, "0123456789abcdef".repeat(4)],
  ];
  const settings = Object.fromEntries([
    ["storage.engine", "replicated"],
    ["storage.replicas", "2"],
    ["storage.logging", "true"],
    ["objectCache.enabled", "true"],
    ["pageCache.enabled", "true"],
    ["siteUrl", "https://blog.example.com"],
    ...Object.entries(poolSettings(nodes)),
    ...hosts(nodes),
    ...plugin(0, "redis-cache"),
    ...plugin(1, "classic-editor"),
  ]) as Record<string, string>;

  /** Removes keys or sets others, asserts the order of the deletions, and returns their subjects. */
  const remove = async (keys: readonly string[], changes: Readonly<Record<string, string>> = {}) => {
    const before = deletionPairs(await site.project.resources());
    for (const key of keys) await site.project.pulumi("config", "rm", "--path", key);
    await site.up(changes);
    // A replaced job has ended: its deletion needs no order.
    const replaced = new Set(done(site.calls, "create").map(({ urn }) => urn));
    const pairs = deletedPairs(before, site.calls).filter((pair) => !pair.some((urn) => replaced.has(urn)));
    assertDeletedInOrder(pairs, site.calls);
    kept.push(...pairs);
    return deletedSubjects(site);
  };

  it("prepares the nodes before it creates any object, since the API server may restart with a kubelet", () => {
    const created = done(site.calls, "create");
    assertBefore(created, /^Command\/storage-nodes-.*-preparation$/, "Command/storage-nodes-hugepages");
    assertBefore(created, "Command/storage-nodes-hugepages", /^(?!Command\/|Random)/);
  });

  it("deletes a pool before it removes its node's label, and undoes the node's preparation last", async () => {
    assert.deepStrictEqual(await remove(["storage.pools[2]", "nodeSsh.hosts.k2"]), [
      "Command/storage-nodes-k2-preparation",
      "DiskPool/pool-k2",
      "NodePatch/k2",
    ]);
    const deleted = done(site.calls, "delete");
    assertBefore(deleted, "DiskPool/pool-k2", "NodePatch/k2");
    assertBefore(deleted, "NodePatch/k2", "Command/storage-nodes-k2-preparation");
  });

  it("undoes the preparation of a node without a pool, and nothing else, when you remove its host", async () => {
    await site.up(Object.fromEntries(hosts(["w1"])) as Record<string, string>);
    assert.deepStrictEqual(subjects(site.calls, "create"), ["Command/storage-nodes-w1-module"]);
    assert.deepStrictEqual(await remove(["nodeSsh.hosts.w1"]), ["Command/storage-nodes-w1-module"]);
  });

  it("refuses to remove nodeSsh while there are pools, and deletes nothing", async () => {
    await site.project.pulumi("config", "rm", "nodeSshPrivateKey");
    await site.project.pulumi("config", "rm", "nodeSsh");
    const output = await failure(site.up());
    assert.match(output, /nodeSsh: is not set anymore, and this stack has prepared (k0, k1|k1, k0) over SSH/);
    assert.deepStrictEqual(deletedSubjects(site), []);
    await site.project.configureSecret("nodeSshPrivateKey", privateKey);
    await site.up(Object.fromEntries(hosts(["k0", "k1"])) as Record<string, string>);
    assert.deepStrictEqual(deletedSubjects(site), []);
  });

  it("deletes the object cache after the job that enabled it", async () => {
    assert.deepStrictEqual(await remove(["objectCache.enabled"]), [
      "Deployment/wordpress-object-cache",
      "Job/wordpress-extensions",
      "Job/wordpress-install",
      "Job/wordpress-object-cache-begin",
      "NetworkPolicy/wordpress-object-cache",
      "RandomPassword/wordpress-shared-object-cache-password",
      "Secret/wordpress-object-cache",
      "Service/wordpress-object-cache",
      "ServiceAccount/wordpress-object-cache",
    ]);
    const deleted = done(site.calls, "delete");
    assertBefore(deleted, /^Job\/wordpress-object-cache-begin/, "Deployment/wordpress-object-cache");
  });

  it("deletes the page cache's pods before their ConfigMap and ServiceAccount", async () => {
    const names = await remove([], { "pageCache.enabled": "false" });
    assert.ok(names.includes("Deployment/wordpress-cache"), names.join(", "));
    const needed = /^(ConfigMap|ServiceAccount)\/wordpress-cache$/;
    assertBefore(done(site.calls, "delete"), "Deployment/wordpress-cache", needed);
  });

  it("deletes a plugin's job before it creates the next one", async () => {
    assert.deepStrictEqual(await remove(["plugins[1]"]), ["Job/wordpress-extensions"]);
    const [deleted] = done(site.calls, "delete");
    const [next] = done(site.calls, "create");
    assert.ok(next && (deleted?.answered ?? Infinity) < next.serial, "the next job did not wait");
    assert.deepStrictEqual(await remove(["plugins"]), ["Job/wordpress-extensions"]);
  });

  it("deletes nothing when siteUrl is removed", async () => {
    assert.deepStrictEqual(await remove(["siteUrl"]), []);
  });

  it("deletes the passwords of OpenEBS's logging after the update of the release that used them", async () => {
    assert.deepStrictEqual(await remove(["storage.logging"]), [
      "RandomPassword/storage-openebs-minio-root",
      "RandomPassword/storage-openebs-minio-user",
    ]);
    const { answered = Infinity } = only(site.calls, "update", "Release/storage-openebs-release");
    for (const { serial } of done(site.calls, "delete")) assert.ok(answered < serial, "the release did not come first");
  });

  it("deletes the administrator's random password when you configure one", async () => {
    await site.project.configureSecret("adminPassword", "correct horse");
    assert.deepStrictEqual(await remove([]), ["RandomPassword/wordpress-shared-installer-admin-password"]);
    await site.project.pulumi("config", "rm", "adminPassword");
  });

  it("has the same order at pulumi destroy", async () => {
    await site.up(settings);
    const before = deletionPairs(await site.project.resources());
    await site.destroy();
    assert.deepStrictEqual(await site.project.resources(), []);
    assertDeletedInOrder(deletedPairs(before, site.calls), site.calls);
    assert.ok(kept.length > 10, `${kept.length} pairs`);
    assertDeletedInOrder(
      kept.filter((pair) => deletedPairs([pair], site.calls).length > 0),
      site.calls,
    );
  });
});

describe("migration to shared content", function () {
  this.timeout(20 * 60_000);

  /** A stack that was migrated to shared content, without the files: no container runs here. */
  async function movedSite(): Promise<RecordedSite> {
    const site = await RecordedSite.start();
    await site.up({ wordpressReplicas: "2" });
    const run = site.provider.runCommand;
    site.provider.runCommand = (command) =>
      command.name.endsWith("content-migration") ? Promise.resolve("2 files") : run(command);
    await site.up({ content: "shared", contentAccessMode: "ReadWriteOnce", contentMigration: "merge" });
    return site;
  }

  it("is deleted in the order of pulumi destroy when it is reverted", async () => {
    const site = await movedSite();
    try {
      const before = deletionPairs(await site.project.resources());
      await site.project.pulumi("config", "rm", "contentMigration");
      await site.project.pulumi("config", "rm", "contentAccessMode");
      await site.up({ content: "perPod" });
      const names = deletedSubjects(site);
      for (const name of ["Deployment/wordpress", "PersistentVolumeClaim/wordpress-content", "Job/wordpress-fill"])
        assert.ok(names.includes(name), `${name} is not in ${names.join(", ")}`);
      assertDeletedInOrder(deletedPairs(before, site.calls), site.calls);
    } finally {
      site.stop();
    }
  });

  it("cannot be reverted while contentMigration is set", async () => {
    const site = await movedSite();
    try {
      const output = await failure(site.up({ content: "perPod" }));
      assert.match(output, /contentMigration: applies to content: shared, and content is perPod/);
      assert.deepStrictEqual(deletedSubjects(site), []);
    } finally {
      site.stop();
    }
  });
});
