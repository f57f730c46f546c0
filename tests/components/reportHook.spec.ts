import * as assert from "node:assert/strict";
import { reportOn } from "../../components/cluster/reportHook";

describe("what is said of an operation that failed", () => {
  const report = () => Promise.resolve("the pods' reasons");

  it("is what the cluster knows of an object that does not come up", async () => {
    const failure = { failedOperation: "update", errors: ["timed out waiting to be Ready"] };
    assert.equal(await reportOn(failure, report), "the pods' reasons");
  });

  it("is how to go on where an object is there that the state does not know", async () => {
    const errors = ['resource was not successfully created: jobs.batch "wordpress-fill-1" already exists'];
    const text = (await reportOn({ failedOperation: "create", errors }, report)) ?? "";
    assert.match(text, /pulumi config set kubernetes:upsertExistingObjects true && pulumi up/);
    assert.match(text, /pulumi config rm kubernetes:upsertExistingObjects/);
  });

  it("is nothing of a deletion", async () => {
    assert.equal(await reportOn({ failedOperation: "delete", errors: ["timed out"] }, report), undefined);
  });
});
