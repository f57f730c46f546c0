import * as assert from "node:assert";
import type { RecordedCall } from "../support/recordedCall";
import { assertBefore, operations, done, subject } from "./support/calls";
import { RecordedSite } from "./support/recordedSite";

const inTheCluster = /^(Namespace|ConfigMap|Secret|Service|StatefulSet)\//;
const anyObject = /^(?!Command\/|Random)/;
const inTheNamespace = /^(?!Command\/|Random|Namespace\/)/;

describe("pulumi up and down", function () {
  this.timeout(20 * 60_000);
  let site: RecordedSite;
  let created: readonly RecordedCall[];
  /** Number of resources in the preview. */
  let planned: number | undefined;

  before(async () => {
    site = await RecordedSite.start();
  });
  after(() => site.stop());

  it("preview creates nothing and runs no command", async () => {
    const { changes } = await site.preview();
    planned = changes.create;
    assert.ok((changes.create ?? 0) > 20, `it plans ${changes.create} resources`);
    assert.deepStrictEqual(operations(site.calls), []);
  });

  it("up creates as many resources as preview showed, among them the tutorial's objects by name", async () => {
    const { changes } = await site.up();
    assert.deepStrictEqual(changes, { create: planned });
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
        "Service/mariadb-client",
        "Service/wordpress",
        "StatefulSet/mariadb",
        "StatefulSet/wordpress",
      ],
    );
  });

  it("up runs the preflight before it creates any object", () => {
    assertBefore(created, /^Command\/preflight/, anyObject);
  });

  it("up creates the namespace before everything in it", () => {
    assertBefore(created, "Namespace/wordpress", inTheNamespace);
  });

  it("up creates a pod's Secrets, ConfigMap and Services before the pod", () => {
    assertBefore(created, "Secret/mariadb", "StatefulSet/mariadb");
    assertBefore(created, "ConfigMap/mariadb", "StatefulSet/mariadb");
    assertBefore(created, "Service/mariadb", "StatefulSet/mariadb");
    assertBefore(created, "Secret/wordpress-secrets", "StatefulSet/wordpress");
    assertBefore(created, "Service/wordpress", "StatefulSet/wordpress");
  });

  it("up starts the database before the site", () => {
    assertBefore(created, "StatefulSet/mariadb", "StatefulSet/wordpress");
  });

  it("up outputs the site's URL, namespace and storage classes", async () => {
    assert.deepStrictEqual(await site.project.outputs(), {
      url: "http://10.0.0.10:30007",
      namespace: "wordpress",
      storageClasses: ["standard"],
      diskPools: [],
      wordpressUpdate: null,
    });
  });

  it("a second up changes nothing and runs no command", async () => {
    const { changes } = await site.up();
    assert.deepStrictEqual(Object.keys(changes), ["same"]);
    assert.deepStrictEqual(operations(site.calls), []);
  });

  it("refresh finds no changes", async () => {
    const { changes } = await site.project.refresh();
    assert.deepStrictEqual(Object.keys(changes), ["same"]);
  });

  it("destroy deletes all resources that up created, pods before their dependencies", async () => {
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

  it("destroy deletes the namespace last of all objects, after its volumes", () => {
    const deleted = done(site.calls, "delete");
    assertBefore(deleted, inTheNamespace, "Namespace/wordpress");
    assertBefore(deleted, /^StatefulSet\//, "Command/volumes");
    assertBefore(deleted, "Command/volumes", "Namespace/wordpress");
  });

  it("destroy leaves nothing in the state, and no claim", async () => {
    assert.deepStrictEqual(await site.project.resources(), []);
    assert.deepStrictEqual(site.cluster.claimSizes, {});
  });
});
