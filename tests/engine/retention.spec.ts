import * as assert from "node:assert";
import { failure } from "../support/failure";
import { property } from "../support/properties";
import { operations, only, subjects } from "./support/calls";
import { RecordedSite } from "./support/recordedSite";

describe("dataRetention: retain", function () {
  this.timeout(20 * 60_000);
  let site: RecordedSite;
  let passwords: string[];

  /** The values of all Secrets in the cluster. */
  const secretValues = () =>
    site.provider.objects
      .filter(({ type }) => type.endsWith(":Secret"))
      .flatMap(({ inputs }) => Object.values(property(inputs, "stringData") as Record<string, string>))
      .sort();

  before(async () => {
    site = await RecordedSite.start();
    await site.up({ dataRetention: "retain" });
    passwords = secretValues();
  });
  after(() => site.stop());

  it("sets the retention policy of both StatefulSets to keep claims when they are deleted or scaled", () => {
    const policies = site.provider.objects
      .filter(({ type }) => type.endsWith(":StatefulSet"))
      .map(({ inputs }) => property(inputs, "spec.persistentVolumeClaimRetentionPolicy"));
    assert.deepStrictEqual(policies, Array(2).fill({ whenDeleted: "Retain", whenScaled: "Retain" }));
  });

  it("protects the namespace, the Secrets, and root's password, but not WordPress's password, which its Secret keeps", async () => {
    const resources = await site.project.resources();
    const unprotected = resources
      .filter(({ urn, type }) => /:(Namespace|Secret)$/.test(type) || /RandomPassword::mariadb-/.test(urn))
      .filter(({ protect }) => !protect)
      .map(({ urn }) => urn.split("::").at(-1));
    assert.deepStrictEqual(unprotected, ["mariadb-password"]);
  });

  it("refuses pulumi destroy, names both protected Secrets, and changes nothing", async () => {
    const output = await failure(site.destroy());
    for (const name of ["wordpress-keys-secret", "mariadb-secret"])
      assert.match(output, new RegExp(`::${name}"? cannot be deleted`));
    assert.match(output, /protected/);
    assert.deepStrictEqual(operations(site.calls), []);
  });

  it("deletes the StatefulSets and keeps claims, namespace, Secrets, and passwords at pulumi destroy --exclude-protected", async () => {
    await site.destroy("--exclude-protected");
    const deleted = subjects(site.calls, "delete");
    assert.deepStrictEqual(deleted.filter((name) => name.startsWith("StatefulSet/")).sort(), [
      "StatefulSet/mariadb",
      "StatefulSet/wordpress",
    ]);
    assert.deepStrictEqual(
      deleted.filter((name) => /^(Namespace|Secret|RandomPassword)\//.test(name)),
      [],
    );
    assert.deepStrictEqual(secretValues(), passwords);
    assert.deepStrictEqual(site.cluster.claimSizes, { "data-mariadb-0": "1Gi", "data-wordpress-0": "1Gi" });
  });

  it("recreates the StatefulSets with the same claims and passwords at the next up", async () => {
    await site.up();
    assert.deepStrictEqual(subjects(site.calls, "delete"), []);
    const touched = [...subjects(site.calls, "create"), ...subjects(site.calls, "update")];
    assert.deepStrictEqual(
      touched.filter((name) => /^(Namespace|Secret|Random)/.test(name)),
      [],
    );
    assert.ok(touched.includes("StatefulSet/mariadb") && touched.includes("StatefulSet/wordpress"));
    assert.deepStrictEqual(secretValues(), passwords);
    assert.deepStrictEqual(site.cluster.claimSizes, { "data-mariadb-0": "1Gi", "data-wordpress-0": "1Gi" });
  });

  it("applies a databasePasswordRotation that was set while the server was deleted", async () => {
    await site.destroy("--exclude-protected");
    await site.up({ databasePasswordRotation: "2" });
    const { inputs } = only(site.calls, "update", "Secret/mariadb");
    assert.ok(site.cluster.database.admits(property(inputs, "stringData") as Record<string, string>));
    assert.deepStrictEqual(site.cluster.database.users, ["wordpress2"]);
  });

  it("deletes the data at pulumi destroy after dataRetention is set to delete", async () => {
    await site.up({ dataRetention: "delete" });
    assert.deepStrictEqual(
      operations(site.calls).filter((operation) => !operation.startsWith("update ")),
      [],
    );
    await site.destroy();
    assert.deepStrictEqual(await site.project.resources(), []);
    assert.deepStrictEqual([site.provider.objects, site.cluster.claimSizes], [[], {}]);
  });
});
