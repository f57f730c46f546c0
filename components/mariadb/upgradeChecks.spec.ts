import * as assert from "node:assert/strict";
import { upgradeFindings } from "./upgradeChecks";
import type { DatabaseFiles } from "./databaseFiles";

const running: DatabaseFiles = { image: "mariadb:10.11", series: "10.11" };
const findings = (image: string, upgrade: "none" | "allow", files = running) =>
  upgradeFindings({ image, upgrade }, files);

describe("upgradeFindings", () => {
  it("accepts the first image, an unchanged one, and another patch release of the series", () => {
    assert.deepEqual(findings("mariadb:11.8", "none", {}), []);
    assert.deepEqual(findings("mariadb:lts", "none", { image: "mariadb:lts", isUnknown: true }), []);
    assert.deepEqual(findings("mariadb:10.11", "none"), []);
    assert.deepEqual(findings("mariadb:10.11.14", "none"), []);
  });

  it("refuses a newer series without mariadbUpgrade allow, and accepts it with it", () => {
    assert.deepEqual(findings("mariadb:11.8", "none"), [
      "mariadbImage: MariaDB 11.8 would upgrade the files of 10.11, and there is no downgrade. " +
        "Keep: pulumi config set mariadbImage mariadb:10.11. " +
        "Upgrade: make a dump (docs/how-to/update-mariadb.md), then pulumi config set mariadbUpgrade allow",
    ]);
    assert.deepEqual(findings("mariadb:11.8", "allow"), []);
  });

  it("refuses an older series even with allow, also for a retained claim and after an upgrade that did not finish", () => {
    for (const files of [
      { image: "mariadb:11.8", series: "11.8" },
      { image: "mariadb:11.4", series: "11.8" },
      { series: "11.8" },
    ]) {
      assert.deepEqual(findings("mariadb:10.11", "allow", files), [
        "mariadbImage: MariaDB 10.11 cannot read the files of 11.8. Keep: pulumi config set mariadbImage mariadb:11.8. " +
          "For an older series, move the site by a dump to a second stack (docs/how-to/move-a-site.md)",
      ]);
    }
  });

  it("keeps the image of another registry", () => {
    const image = "registry.example/mariadb:11.8";
    assert.match(
      findings("mariadb:10.11", "none", { image, series: "11.8" })[0] ?? "",
      /Image registry\.example\/mariadb:11\.8\. /,
    );
  });

  it("refuses an image without a series in its tag, and files of an unknown series, unless an upgrade is allowed", () => {
    for (const image of ["mariadb:lts", "mariadb:11", `mariadb@sha256:${"0".repeat(64)}`]) {
      assert.match(findings(image, "none")[0] ?? "", /names no series, such as 10\.11, so it might upgrade the files/);
      assert.deepEqual(findings(image, "allow"), []);
    }
    const unknown = { image: "registry.example/db:live", isUnknown: true };
    assert.match(
      findings("mariadb:11.8", "none", unknown)[0] ?? "",
      /series that made the database's files is unknown.*Keep: pulumi config set mariadbImage registry\.example\/db:live/,
    );
  });
});
