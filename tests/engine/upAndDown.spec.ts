import * as assert from "node:assert";
import type { RecordedCall } from "../support/recordedCall";
import { assertBefore, deeds, done, subject } from "./support/calls";
import { RecordedSite } from "./support/recordedSite";

const inTheCluster = /^(Namespace|ConfigMap|Secret|Service|StatefulSet)\//;
const inTheNamespace = /^(ConfigMap|Secret|Service|StatefulSet)\//;

describe("pulumi up and down", function () {
  this.timeout(6 * 60_000);
  let site: RecordedSite;
  let created: readonly RecordedCall[];

  before(async () => {
    site = await RecordedSite.start();
  });
  after(() => site.stop());

  it("preview makes nothing, and runs nothing", async () => {
    const { changes } = await site.preview();
    assert.ok((changes.create ?? 0) > 20, `it plans ${changes.create} resources`);
    assert.deepStrictEqual(deeds(site.calls), []);
  });

  it("up makes what preview showed: the chapter's objects under their names", async () => {
    await site.up();
    created = done(site.calls, "create");
    assert.deepStrictEqual(
      created
        .map(subject)
        .filter((name) => inTheCluster.test(name))
        .sort(),
      [
        "ConfigMap/mariadb",
        "ConfigMap/wordpress-pods",
        "Namespace/wordpress",
        "Secret/mariadb",
        "Secret/wordpress-secrets",
        "Service/mariadb",
        "Service/wordpress",
        "StatefulSet/mariadb",
        "StatefulSet/wordpress",
      ],
    );
  });

  it("looks at the cluster before it makes anything there", () => {
    assertBefore(created, /^Command\/preflight/, inTheCluster);
  });

  it("makes the namespace before everything in it", () => {
    assertBefore(created, "Namespace/wordpress", inTheNamespace);
  });

  it("makes what a pod needs before the pod", () => {
    assertBefore(created, "Secret/mariadb", "StatefulSet/mariadb");
    assertBefore(created, "ConfigMap/mariadb", "StatefulSet/mariadb");
    assertBefore(created, "Service/mariadb", "StatefulSet/mariadb");
    assertBefore(created, "Secret/wordpress-secrets", "StatefulSet/wordpress");
    assertBefore(created, "Service/wordpress", "StatefulSet/wordpress");
  });

  it("brings the database up before the site", () => {
    assertBefore(created, "StatefulSet/mariadb", "StatefulSet/wordpress");
  });

  it("says where the site is, and in which namespace and class", async () => {
    assert.deepStrictEqual(await site.project.outputs(), {
      url: "http://10.0.0.10:30007",
      namespace: "wordpress",
      storageClasses: ["standard"],
      diskPools: [],
    });
  });

  it("a second up changes nothing, and runs nothing", async () => {
    const { changes } = await site.up();
    assert.deepStrictEqual(Object.keys(changes), ["same"]);
    assert.deepStrictEqual(deeds(site.calls), []);
  });

  it("refresh finds everything as it was", async () => {
    const { changes } = await site.project.refresh();
    assert.deepStrictEqual(Object.keys(changes), ["same"]);
  });

  it("destroy deletes all that up made, in reverse", async () => {
    await site.destroy();
    const deleted = done(site.calls, "delete");
    assert.deepStrictEqual(deleted.map(subject).sort(), created.map(subject).sort());
    assertBefore(deleted, "StatefulSet/wordpress", "StatefulSet/mariadb");
    assertBefore(deleted, "StatefulSet/wordpress", "Secret/wordpress-secrets");
    assertBefore(deleted, "StatefulSet/wordpress", "Service/wordpress");
    for (const needed of ["Secret", "ConfigMap", "Service"]) {
      assertBefore(deleted, "StatefulSet/mariadb", `${needed}/mariadb`);
    }
  });

  it("deletes the namespace last of all that is in the cluster, when its volumes are gone", () => {
    const deleted = done(site.calls, "delete");
    assertBefore(deleted, inTheNamespace, "Namespace/wordpress");
    assertBefore(deleted, /^StatefulSet\//, "Command/volumes");
    assertBefore(deleted, "Command/volumes", "Namespace/wordpress");
  });

  it("leaves nothing in the state", async () => {
    assert.deepStrictEqual(await site.project.resources(), []);
    assert.deepStrictEqual(site.cluster.claimSizes, {});
  });
});
