import * as assert from "node:assert/strict";
import { newestSeries, seriesIn, seriesOf } from "./series";

describe("series of MariaDB", () => {
  it("are read from tags with and without patch release, variant, registry and digest", () => {
    const digest = `@sha256:${"0".repeat(64)}`;
    for (const image of ["mariadb:11.8", "mariadb:11.8.9-noble", `r.example:5000/x/mariadb:11.8${digest}`]) {
      assert.equal(seriesOf(image), "11.8");
    }
    for (const image of ["mariadb", "mariadb:lts", "mariadb:11", `mariadb${digest}`, "r.example:5000/mariadb"]) {
      assert.equal(seriesOf(image), undefined, image);
    }
  });

  it("are read from what servers print", () => {
    assert.equal(seriesIn("10.11.14-MariaDB-0+deb12u2\n"), "10.11");
    assert.equal(seriesIn("mariadbd  Ver 11.8.9-MariaDB-5 for debian-linux-gnu on x86_64 (Debian)"), "11.8");
    assert.equal(seriesIn("8.0.36"), undefined);
  });

  it("are compared by number, not by text", () => {
    assert.equal(newestSeries(["10.6", "10.11", undefined, "10.9"]), "10.11");
    assert.equal(newestSeries([undefined]), undefined);
  });
});
