import * as assert from "node:assert/strict";
import { differences, withTables } from "../../docs/generateReliability";

const page = "# Reliability\n\n<!-- prettier-ignore-start -->\n<!-- prettier-ignore-end -->\n\nAfterwards.\n";
const killed = { part: "Faults", fault: "it is killed", holds: "nothing is lost", measured: "1.0 s outage" } as const;
const drained = { part: "Faults", fault: "a | b is drained", holds: "no read fails", measured: "0 of 9" } as const;
const asked = {
  part: "Security",
  fault: "a stranger connects",
  holds: "no server answers",
  measured: "9 attempts",
} as const;

describe("tables of the reliability report", () => {
  it("have a row for each result, between its marks", () => {
    const written = withTables(page, [killed, drained]);
    assert.match(written, /^# Reliability\n\n<!-- prettier-ignore-start -->\n\n## Faults\n\n\| what was done /);
    assert.ok(
      written.includes("\n| it is killed | nothing is lost | 1.0 s outage |\n| a \\| b is drained | no read fails |"),
    );
    assert.ok(written.endsWith("<!-- prettier-ignore-end -->\n\nAfterwards.\n"));
    assert.equal(withTables(written, [killed, drained]), written);
  });

  it("consist of one table for each part, in order", () => {
    const written = withTables(page, [killed, asked, drained]);
    assert.deepEqual(
      written.split("\n").filter((line) => /^(#|\| a)/.test(line)),
      [
        "# Reliability",
        "## Security",
        "| a stranger connects | no server answers | 9 attempts |",
        "## Faults",
        "| a \\| b is drained | no read fails | 0 of 9 |",
      ],
    );
  });

  it("differ from the results if a row is missing or has another text, but not if a figure differs", () => {
    const written = withTables(page, [killed, drained]);
    assert.deepEqual(differences(written, [drained, { ...killed, measured: "2.0 s outage" }]), []);
    assert.deepEqual(differences(written, [killed]), [
      "on the page, but not tested: | a \\| b is drained | no read fails |",
    ]);
    assert.deepEqual(differences(written, [killed, { ...drained, holds: "no write fails" }]), [
      "tested, but not on the page: | a \\| b is drained | no write fails |",
      "on the page, but not tested: | a \\| b is drained | no read fails |",
    ]);
  });

  it("are refused for a page without their marks", () => {
    assert.throws(() => withTables("# Reliability\n", []), /there is no <!-- prettier-ignore-start -->/);
  });
});
