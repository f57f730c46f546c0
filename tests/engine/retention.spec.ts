import * as assert from "node:assert";
import { failure } from "../support/failure";
import { property } from "../support/properties";
import { deeds, only, subjects } from "./support/calls";
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

  it("tells both StatefulSets to keep their claims when they are deleted or scaled", () => {
    const policies = site.provider.objects
      .filter(({ type }) => type.endsWith(":StatefulSet"))
      .map(({ inputs }) => property(inputs, "spec.persistentVolumeClaimRetentionPolicy"));
    assert.deepStrictEqual(policies, Array(2).fill({ whenDeleted: "Retain", whenScaled: "Retain" }));
  });

  it("protects the namespace, the Secrets, and root's password; WordPress's is kept by its Secret, and can be replaced", async () => {
    const resources = await site.project.resources();
    const unprotected = resources
      .filter(({ urn, type }) => /:(Namespace|Secret)$/.test(type) || /RandomPassword::mariadb-/.test(urn))
      .filter(({ protect }) => !protect)
      .map(({ urn }) => urn.split("::").at(-1));
    assert.deepStrictEqual(unprotected, ["mariadb-password"]);
  });

  it("pulumi destroy refuses, names both protected Secrets, and changes nothing", async () => {
    const output = await failure(site.destroy());
    for (const name of ["wordpress-keys-secret", "mariadb-secret"])
      assert.match(output, new RegExp(`::${name}"? cannot be deleted`));
    assert.match(output, /protected/);
    assert.deepStrictEqual(deeds(site.calls), []);
  });

  it("pulumi destroy --exclude-protected deletes the StatefulSets and keeps claims, namespace, Secrets and passwords", async () => {
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

  it("the next up recreates the StatefulSets, on the same claims and with the same passwords", async () => {
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

  it("databasePasswordRotation while there is no server takes effect in the server when it is up again", async () => {
    await site.destroy("--exclude-protected");
    await site.up({ databasePasswordRotation: "2" });
    const { inputs } = only(site.calls, "update", "Secret/mariadb");
    assert.ok(site.cluster.database.admits(property(inputs, "stringData") as Record<string, string>));
    assert.deepStrictEqual(site.cluster.database.users, ["wordpress2"]);
  });

  it("pulumi destroy deletes the data after dataRetention is delete again", async () => {
    await site.up({ dataRetention: "delete" });
    assert.deepStrictEqual(
      deeds(site.calls).filter((deed) => !deed.startsWith("update ")),
      [],
    );
    await site.destroy();
    assert.deepStrictEqual(await site.project.resources(), []);
    assert.deepStrictEqual([site.provider.objects, site.cluster.claimSizes], [[], {}]);
  });
});
