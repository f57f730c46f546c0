import * as assert from "node:assert/strict";
import { type GrowthFigures, withGrowth } from "../../bench/growthReport";

const [begin, end] = ["<!-- prettier-ignore-start -->", "<!-- prettier-ignore-end -->"];
const place = (text: string) => `${begin}\n\n${text}\n\n${end}\n`;
const figures = (count: number): GrowthFigures => ({ count, resources: 64, up: 31.26, preview: 7, upOfNothing: 7.5 });

describe("growth table", () => {
  it("replaces the table under its heading, and no other", () => {
    const page = `# Page\n\n${place("first")}\n## How it grows\n\nText.\n\n${place("second")}\nThe end.\n`;
    const [before, after] = withGrowth(page, [figures(1), figures(10)], [figures(300)]).split("## How it grows");
    assert.equal(before, `# Page\n\n${place("first")}\n`);
    assert.match(
      after ?? "",
      /^\n\nText\.\n\n[^]*\| 10 +\| 64 +\| 31\.3 s +\| 7 s +\| 7\.5 s +\|\n[^]*\| 300 +\|[^]*\nThe end\.\n$/,
    );
    assert.doesNotMatch(after ?? "", /second/);
  });

  it("fails if the page has no heading or no place for the table", () => {
    for (const page of ["# Page\n", `${place("first")}\n## How it grows\n`, place("first")]) {
      assert.throws(() => withGrowth(page, [], []), /there is no ## How it grows/);
    }
  });
});
