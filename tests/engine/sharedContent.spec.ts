import * as assert from "node:assert";
import { failure } from "../support/failure";
import type { RecordedCall } from "../support/recordedCall";
import { assertBefore, operations, done, subject, subjects } from "./support/calls";
import { RecordedSite } from "./support/recordedSite";

const fill = /^Job\/wordpress-fill-/;
const install = /^Job\/wordpress-install-/;
const pods = "Deployment/wordpress";

describe("stack with shared content", function () {
  this.timeout(20 * 60_000);
  let site: RecordedSite;
  let created: readonly RecordedCall[];

  before(async () => {
    // The preset: all pods on one node.
    site = await RecordedSite.start({});
  });
  after(() => site.stop());

  it("fills the claim and installs the site before it starts pods", async () => {
    await site.up({ wordpressReplicas: "3" });
    created = done(site.calls, "create");
    assertBefore(created, "PersistentVolumeClaim/wordpress-content", fill);
    assertBefore(created, "ConfigMap/wordpress-site", fill);
    assertBefore(created, fill, install);
    assertBefore(created, "StatefulSet/mariadb", install);
    assertBefore(created, "Secret/wordpress-admin", install);
    assertBefore(created, "Secret/wordpress-secrets", install);
    assertBefore(created, install, pods);
    assertBefore(created, install, "CronJob/wordpress-cron");
    assertBefore(created, install, /^Job\/wordpress-extensions-/);
    assert.ok(!created.some((call) => subject(call) === "StatefulSet/wordpress"));
  });

  it("outputs the administrator's name, and the password only with --show-secrets", async () => {
    const outputs = await site.project.outputs();
    assert.strictEqual(outputs.adminUser, "admin");
    assert.strictEqual(outputs.adminPassword, "[secret]");
    const { adminPassword } = await site.project.outputs("--show-secrets");
    assert.ok(typeof adminPassword === "string" && adminPassword.length === 24);
    assert.ok(!site.project.transcript.replaceAll(`"adminPassword": "${adminPassword}"`, "").includes(adminPassword));
    assert.ok(!(await site.project.pulumi("stack", "export")).includes(adminPassword));
  });

  it("has no changes at the second up", async () => {
    const { changes } = await site.up();
    assert.deepStrictEqual(Object.keys(changes), ["same"]);
    assert.deepStrictEqual(operations(site.calls), []);
  });

  it("scales by one update", async () => {
    await site.up({ wordpressReplicas: "10" });
    assert.deepStrictEqual(operations(site.calls), [`update ${pods}`]);
  });

  it("waits until every pod is ready after scaling", async () => {
    site.cluster.showUnready("wordpress", 10, [3, 9]);
    await site.up({ wordpressReplicas: "11" });
    assert.strictEqual(site.cluster.unreadyLeft("wordpress"), 0);
    await site.up({ wordpressReplicas: "10" });
  });

  it("waits until every pod is ready even without a change, as after a failed up", async () => {
    site.cluster.showUnready("wordpress", 10, [3]);
    // More answers than the wait for the site's pods needs.
    site.cluster.showUnready("wordpress-cache", 10, [3, 3, 3, 3, 3]);
    const { changes } = await site.up();
    assert.deepStrictEqual(Object.keys(changes), ["same"]);
    for (const name of ["wordpress", "wordpress-cache"]) assert.strictEqual(site.cluster.unreadyLeft(name), 0, name);
  });

  it("warns of a plugin with a fatal error, and succeeds", async () => {
    site.cluster.fatalError = "plugin field: wp-content/plugins/field/field.php:4: Uncaught Error: no\n";
    await site.up({ wordpressReplicas: "11" });
    assert.match(
      site.project.transcript,
      /WordPress ends with a fatal error.*The cause: plugin field: wp-content\/plugins\/field/s,
    );
    site.cluster.fatalError = "";
    await site.up({ wordpressReplicas: "10" });
  });

  it("grows its claim in place", async () => {
    await site.up({ wordpressStorage: "2Gi" });
    assert.deepStrictEqual(
      operations(site.calls).filter((operation) => !operation.includes("Command/preflight")),
      ["update PersistentVolumeClaim/wordpress-content"],
    );
  });

  it("rolls the pods for other settings, and runs no job again", async () => {
    await site.up({ uploadLimit: "128Mi" });
    // nginx limits uploads too.
    assert.deepStrictEqual(operations(site.calls), [
      "update ConfigMap/wordpress-cache",
      "update ConfigMap/wordpress-site",
      `update ${pods}`,
      "update Deployment/wordpress-cache",
    ]);
  });

  it("upgrades the tables before the pods for another image, by jobs with new names", async () => {
    await site.up({ wordpressImage: "wordpress:6.8-php8.4-apache" });
    const made = done(site.calls, "create");
    assert.deepStrictEqual(
      made.map(subject).map((name) => name.replace(/-[0-9a-f]{8}$/, "")),
      ["Job/wordpress-fill", "Job/wordpress-install", "Job/wordpress-extensions"],
    );
    const [filled, installed] = made;
    const changed = done(site.calls, "update").find((call) => subject(call) === pods);
    for (const job of [filled, installed]) assert.ok(changed && (job?.answered ?? Infinity) < changed.serial);
    assert.ok(!operations(site.calls).some((operation) => /PersistentVolumeClaim|Secret/.test(operation)));
  });

  it("refuses the default image in place of the Deployment's, and changes nothing", async () => {
    await site.project.pulumi("config", "rm", "wordpressImage");
    const output = await failure(site.up());
    assert.match(
      output,
      /wordpressImage: not set, so it would change from wordpress:6\.8-php8\.4-apache to the default/,
    );
    assert.deepStrictEqual(operations(site.calls), ["update Command/preflight-check"]);
    await site.project.configure({ wordpressImage: "wordpress:6.8-php8.4-apache" });
  });

  it("returns to the previous image from one that is not available", async () => {
    const matches = (call: RecordedCall) => call.operation === "create" && fill.test(subject(call));
    site.provider.failOnce({ matches, message: "timed out waiting", leavesObject: true });
    await failure(site.up({ wordpressImage: "wordpress:0.0-none" }));
    await site.up({ wordpressImage: "wordpress:6.8-php8.4-apache" });
    const { changes } = await site.up();
    assert.deepStrictEqual(Object.keys(changes), ["same"]);
  });

  it("replaces one job for another list of plugins, and changes no pod", async () => {
    const plugin = { slug: "classic-editor", version: "1.6.7", sha256: "0123456789abcdef".repeat(4) };
    await site.up(Object.fromEntries(Object.entries(plugin).map(([key, value]) => [`plugins[0].${key}`, value])));
    const names = operations(site.calls).map((operation) => operation.replace(/-[0-9a-f]{8}$/, ""));
    assert.deepStrictEqual(names, [
      "create Job/wordpress-extensions",
      "delete Job/wordpress-extensions",
      "update ConfigMap/wordpress-site",
    ]);
    await site.project.pulumi("config", "rm", "plugins");
  });

  it("refuses content perPod, which would not use its files, and another access mode for its claim", async () => {
    const other = await failure(site.up({ contentAccessMode: "ReadWriteMany", contentStorageClass: "standard" }));
    assert.match(other, /contentAccessMode: "ReadWriteMany" is not allowed on this stack: .*"ReadWriteOnce"/);
    await site.project.pulumi("config", "rm", "contentStorageClass");
    await site.project.pulumi("config", "rm", "contentAccessMode");
    await site.project.pulumi("config", "rm", "uploadLimit");
    const left = await failure(site.up({ content: "perPod" }));
    assert.match(left, /content: "perPod" is not allowed on this stack: the site's files are in wordpress-content/);
    await site.up({ content: "shared", contentAccessMode: "ReadWriteOnce" });
  });

  it("deletes its pods before its claim", async () => {
    await site.destroy();
    const deleted = done(site.calls, "delete");
    assertBefore(deleted, pods, "PersistentVolumeClaim/wordpress-content");
    assertBefore(deleted, "CronJob/wordpress-cron", "PersistentVolumeClaim/wordpress-content");
    assertBefore(deleted, pods, "StatefulSet/mariadb");
    assertBefore(deleted, "PersistentVolumeClaim/wordpress-content", "Command/volumes");
    assertBefore(deleted, "Command/volumes", "Namespace/wordpress");
    assert.deepStrictEqual(await site.project.resources(), []);
  });

  it("starts no pods after a failed job, and starts them at the next up", async () => {
    site.provider.failOnce({
      matches: (call) => call.operation === "create" && install.test(subject(call)),
      message: "BackoffLimitExceeded",
      leavesObject: true,
    });
    const output = await failure(site.up());
    assert.match(output, /Job wordpress-install failed/);
    assert.ok(!subjects(site.calls, "create").includes(pods), "pods were created without a site");
    await site.up();
    assert.ok(subjects(site.calls, "create").includes(pods));
  });
});

describe("stack with content perPod", function () {
  this.timeout(20 * 60_000);

  it("moves its files with contentMigration merge: old pods are scaled to 0, their claims stay, and new pods start after the migration", async () => {
    const site = await RecordedSite.start();
    try {
      await site.up({ wordpressReplicas: "3" });
      site.provider.runCommand = ((run) => (command) =>
        command.command.includes("migrate-content") ? Promise.resolve("3 files") : run(command))(
        site.provider.runCommand,
      );
      await site.up({ content: "shared", contentAccessMode: "ReadWriteOnce", contentMigration: "merge" });
      const changed = done(site.calls, "update").find((call) => subject(call) === "StatefulSet/wordpress");
      assert.ok(changed, "the pods keep writing");
      const { spec } = changed.inputs as { spec: { replicas: number; persistentVolumeClaimRetentionPolicy: object } };
      assert.strictEqual(spec.replicas, 0);
      assert.deepStrictEqual(spec.persistentVolumeClaimRetentionPolicy, {
        whenDeleted: "Retain",
        whenScaled: "Retain",
      });
      const made = done(site.calls, "create");
      const migration = made.find((call) => subject(call) === "Command/wordpress-shared-content-migration");
      assert.ok(migration && (changed.answered ?? Infinity) < migration.serial);
      assertBefore(made, "PersistentVolumeClaim/wordpress-content", "Command/wordpress-shared-content-migration");
      assertBefore(made, "Command/wordpress-shared-content-migration", fill);
      assertBefore(made, fill, pods);
      assert.ok(!operations(site.calls).some((operation) => operation.startsWith("delete StatefulSet")));
    } finally {
      site.stop();
    }
  });

  it("refuses content shared without contentMigration, which would not use its files", async () => {
    const site = await RecordedSite.start();
    try {
      await site.up();
      const output = await failure(site.up({ content: "shared", contentAccessMode: "ReadWriteOnce" }));
      assert.match(
        output,
        /content: "shared" is not allowed on this stack: .*in data-wordpress-0\. .*contentMigration merge/,
      );
    } finally {
      site.stop();
    }
  });
});
