import * as assert from "node:assert/strict";
import { differences, withTable } from "../../docs/generateReliability";

const page = "# Reliability\n\n<!-- prettier-ignore-start -->\n<!-- prettier-ignore-end -->\n\nAfterwards.\n";
const killed = { fault: "it is killed", holds: "nothing is lost", measured: "1.0 s away" };
const drained = { fault: "a | b is drained", holds: "no read fails", measured: "0 of 9" };

describe("the table of docs/reliability.md", () => {
  it("has a row for each result, between its marks", () => {
    const written = withTable(page, [killed, drained]);
    assert.match(written, /^# Reliability\n\n<!-- prettier-ignore-start -->\n\n\| fault /);
    assert.ok(
      written.includes("\n| it is killed | nothing is lost | 1.0 s away |\n| a \\| b is drained | no read fails |"),
    );
    assert.ok(written.endsWith("<!-- prettier-ignore-end -->\n\nAfterwards.\n"));
    assert.equal(withTable(written, [killed, drained]), written);
  });

  it("may have other figures than the results, and nothing else", () => {
    const written = withTable(page, [killed, drained]);
    assert.deepEqual(differences(written, [drained, { ...killed, measured: "2.0 s away" }]), []);
    assert.deepEqual(differences(written, [killed]), [
      "on the page, and not tried: | a \\| b is drained | no read fails |",
    ]);
    assert.deepEqual(differences(written, [killed, { ...drained, holds: "no write fails" }]), [
      "tried, and not on the page: | a \\| b is drained | no write fails |",
      "on the page, and not tried: | a \\| b is drained | no read fails |",
    ]);
  });

  it("needs its marks", () => {
    assert.throws(() => withTable("# Reliability\n", []), /there is no <!-- prettier-ignore-start -->/);
  });
});
