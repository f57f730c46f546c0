import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { turnOnAutomaticLog } from "../../lab/pulumi/automaticLog";
import { SmallProgram } from "./support/smallProgram";

describe("automatic log of the CLI", function () {
  this.timeout(6 * 60_000);
  let small: SmallProgram;
  before(async () => (small = await SmallProgram.write("")));
  after(() => small?.remove());

  it("is off in the tests, and on in the benchmark", async () => {
    const logs = small.inFolder(".home/logs");
    await small.pulumi("whoami");
    assert.ok(fs.statSync(logs).isFile());
    turnOnAutomaticLog(small.inFolder(".home"));
    await small.pulumi("whoami");
    assert.equal(fs.readdirSync(logs).length, 1);
  });
});
