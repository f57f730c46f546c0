import * as assert from "node:assert/strict";
import { isRetried } from "./conflictRetry";
import { reportOn } from "./errorHook";

const crossed =
  'Operation cannot be fulfilled on deployments.apps "wordpress": the object has been modified; please apply your changes to the latest version and try again';

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

  it("is nothing of a conflict with a change of the cluster's own: its pods are not the cause", async () => {
    assert.equal(await reportOn({ failedOperation: "update", errors: [crossed] }, report), undefined);
    assert.equal(
      await reportOn({ failedOperation: "update", errors: ["timed out", crossed] }, report),
      "the pods' reasons",
    );
  });
});

describe("an object whose change crossed one of the cluster's own", () => {
  it("is tried five times in all", () => {
    assert.ok(isRetried({ errors: [crossed] }));
    assert.ok(isRetried({ errors: [crossed, crossed, crossed, crossed] }));
    assert.ok(!isRetried({ errors: [crossed, crossed, crossed, crossed, crossed] }));
  });

  it("is not tried again for another reason, nor for a field that somebody else manages", () => {
    for (const error of ["timed out waiting to be Ready", 'conflict with "kubectl" using apps/v1: .spec.replicas']) {
      assert.ok(!isRetried({ errors: [error, crossed] }));
    }
  });
});
