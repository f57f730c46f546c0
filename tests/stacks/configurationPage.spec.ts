import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { configurationFile, configurationPage } from "../../docs/generateConfiguration";

describe("docs/configuration.md", () => {
  it("is what the keys say (npm run docs writes it anew)", () => {
    assert.equal(fs.readFileSync(configurationFile, "utf8"), configurationPage());
  });
});
