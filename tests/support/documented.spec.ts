import * as assert from "node:assert/strict";
import { documentedCommands } from "../e2e/support/documented";

describe("the commands of a section of docs/operations.md", () => {
  it("are its code, with those that go on in the next line put together", () => {
    const commands = documentedCommands("Moving a site");
    assert.equal(commands.length, 8);
    assert.match(
      commands[3] ?? "",
      /^tail -n 1 wordpress\.sql \| grep '\^-- Dump completed' &&\n {2}kubectl .* < wordpress\.sql$/,
    );
  });

  it("are refused for a section that is not there", () => {
    assert.throws(() => documentedCommands("Flying a site"), /has no section "Flying a site"/);
  });
});
