import * as assert from "node:assert";
import { failure } from "../support/failure";
import { property } from "../support/properties";
import { deeds, only, subjects } from "./support/calls";
import { RecordedSite } from "./support/recordedSite";

describe("dataRetention: retain", function () {
  this.timeout(6 * 60_000);
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

  it("keeps the claims of pods and of StatefulSets that go", () => {
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

  it("pulumi destroy refuses, says what is protected, and touches nothing", async () => {
    assert.match(await failure(site.destroy()), /protected/);
    assert.deepStrictEqual(deeds(site.calls), []);
  });

  it("pulumi destroy --exclude-protected deletes the rest and keeps what opens the data", async () => {
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

  it("the next up makes the rest again, on the same claims and with the same passwords", async () => {
    await site.up();
    assert.deepStrictEqual(subjects(site.calls, "delete"), []);
    const touched = [...subjects(site.calls, "create"), ...subjects(site.calls, "update")];
    assert.deepStrictEqual(
      touched.filter((name) => /^(Namespace|Secret|Random)/.test(name)),
      [],
    );
    assert.ok(touched.includes("StatefulSet/mariadb") && touched.includes("StatefulSet/wordpress"));
    assert.deepStrictEqual(secretValues(), passwords);
  });

  it("another databasePasswordRotation while there is no server is told to the server when it is there", async () => {
    await site.destroy("--exclude-protected");
    await site.up({ databasePasswordRotation: "2" });
    const { inputs } = only(site.calls, "update", "Secret/mariadb");
    assert.ok(site.cluster.database.admits(property(inputs, "stringData") as Record<string, string>));
    assert.deepStrictEqual(site.cluster.database.users, ["wordpress2"]);
  });

  it("back to delete and up, pulumi destroy takes the data along", async () => {
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
