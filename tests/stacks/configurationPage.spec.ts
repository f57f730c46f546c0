import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { configurationFile, configurationPage } from "../../docs/generateConfiguration";

describe("docs/configuration.md", () => {
  it("matches the keys (npm run docs updates it)", () => {
    assert.equal(fs.readFileSync(configurationFile, "utf8"), configurationPage());
  });
});
