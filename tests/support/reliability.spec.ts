import * as assert from "node:assert/strict";
import { differences, withTables } from "../../docs/generateReliability";

const page = "# Reliability\n\n<!-- prettier-ignore-start -->\n<!-- prettier-ignore-end -->\n\nAfterwards.\n";
const killed = { part: "Faults", fault: "it is killed", holds: "nothing is lost", measured: "1.0 s away" } as const;
const drained = { part: "Faults", fault: "a | b is drained", holds: "no read fails", measured: "0 of 9" } as const;
const asked = { part: "Security", fault: "a stranger asks", holds: "nobody answers", measured: "9 asked" } as const;

describe("the tables of docs/development/reliability.md", () => {
  it("have a row for each result, between its marks", () => {
    const written = withTables(page, [killed, drained]);
    assert.match(written, /^# Reliability\n\n<!-- prettier-ignore-start -->\n\n## Faults\n\n\| what was done /);
    assert.ok(
      written.includes("\n| it is killed | nothing is lost | 1.0 s away |\n| a \\| b is drained | no read fails |"),
    );
    assert.ok(written.endsWith("<!-- prettier-ignore-end -->\n\nAfterwards.\n"));
    assert.equal(withTables(written, [killed, drained]), written);
  });

  it("are one for each part, in their order", () => {
    const written = withTables(page, [killed, asked, drained]);
    assert.deepEqual(
      written.split("\n").filter((line) => /^(#|\| a)/.test(line)),
      [
        "# Reliability",
        "## Security",
        "| a stranger asks | nobody answers | 9 asked |",
        "## Faults",
        "| a \\| b is drained | no read fails | 0 of 9 |",
      ],
    );
  });

  it("differ from the results when a row is missing or has another text, and not when a figure differs", () => {
    const written = withTables(page, [killed, drained]);
    assert.deepEqual(differences(written, [drained, { ...killed, measured: "2.0 s away" }]), []);
    assert.deepEqual(differences(written, [killed]), [
      "on the page, and not tried: | a \\| b is drained | no read fails |",
    ]);
    assert.deepEqual(differences(written, [killed, { ...drained, holds: "no write fails" }]), [
      "tried, and not on the page: | a \\| b is drained | no write fails |",
      "on the page, and not tried: | a \\| b is drained | no read fails |",
    ]);
  });

  it("are refused by a page without their marks", () => {
    assert.throws(() => withTables("# Reliability\n", []), /there is no <!-- prettier-ignore-start -->/);
  });
});
