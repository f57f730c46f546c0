import * as assert from "node:assert/strict";
import { isRetried } from "./conflictRetry";
import { reportOn } from "./errorHook";

const crossed =
  'Operation cannot be fulfilled on deployments.apps "wordpress": the object has been modified; please apply your changes to the latest version and try again';

describe("report on a failed operation", () => {
  const report = () => Promise.resolve("the pods' reasons");

  it("gives the cluster's reasons for an object that does not become ready", async () => {
    const failure = { failedOperation: "update", errors: ["timed out waiting to be Ready"] };
    assert.equal(await reportOn(failure, report), "the pods' reasons");
  });

  it("tells how to take over an object that exists in the cluster and not in the state", async () => {
    const errors = ['resource was not successfully created: jobs.batch "wordpress-fill-1" already exists'];
    const text = (await reportOn({ failedOperation: "create", errors }, report)) ?? "";
    assert.match(text, /pulumi config set kubernetes:upsertExistingObjects true && pulumi up/);
    assert.match(text, /pulumi config rm kubernetes:upsertExistingObjects/);
  });

  it("is empty for a deletion", async () => {
    assert.equal(await reportOn({ failedOperation: "delete", errors: ["timed out"] }, report), undefined);
  });

  it("is empty for a conflict with a change of the cluster's own", async () => {
    assert.equal(await reportOn({ failedOperation: "update", errors: [crossed] }, report), undefined);
    assert.equal(
      await reportOn({ failedOperation: "update", errors: ["timed out", crossed] }, report),
      "the pods' reasons",
    );
  });
});

describe("retry of a conflict", () => {
  it("stops after five attempts", () => {
    assert.ok(isRetried({ errors: [crossed] }));
    assert.ok(isRetried({ errors: [crossed, crossed, crossed, crossed] }));
    assert.ok(!isRetried({ errors: [crossed, crossed, crossed, crossed, crossed] }));
  });

  it("does not retry other errors, nor a conflict over a field that another client manages", () => {
    for (const error of ["timed out waiting to be Ready", 'conflict with "kubectl" using apps/v1: .spec.replicas']) {
      assert.ok(!isRetried({ errors: [error, crossed] }));
    }
  });
});
