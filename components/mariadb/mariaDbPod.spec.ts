import * as assert from "node:assert/strict";
import { mariaDbPodSpec } from "./mariaDbPod";

const connection = {
  configMap: { name: "mariadb", database: "database" },
  secret: { name: "mariadb", username: "username", password: "password" },
};
const container = (image: string, upgrade: "none" | "allow" = "none") => {
  const [only] = mariaDbPodSpec({ image, upgrade, connection, maxConnections: 10 }).containers;
  return only ?? assert.fail("no container");
};
const changedDefaults = /character-set-collations|collation-server|snapshot-isolation/;

describe("mariaDbPodSpec", () => {
  it("keeps series 10's collation and isolation in every later series", () => {
    for (const image of ["mariadb:11.8", "mariadb:12.3.2", "mariadb:lts", "registry.example/db:live"]) {
      assert.equal(container(image).args.filter((argument) => changedDefaults.test(argument)).length, 3, image);
    }
    for (const image of ["mariadb:10.11", "mariadb:10.6.18"]) {
      assert.ok(!container(image).args.some((argument) => changedDefaults.test(argument)), image);
    }
  });

  it("lets the image upgrade files only with mariadbUpgrade allow", () => {
    const upgrades = (upgrade: "none" | "allow") =>
      container("mariadb:11.8", upgrade).env.some(({ name }) => name === "MARIADB_AUTO_UPGRADE");
    assert.deepEqual([upgrades("none"), upgrades("allow")], [false, true]);
  });
});
