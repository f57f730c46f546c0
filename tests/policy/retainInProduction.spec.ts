import * as assert from "node:assert/strict";
import { retainInProduction } from "../../policy/rules/retainInProduction";
import { findingsOf, policyResource } from "./support/policyResources";

const remedy = "set wordpress:dataRetention to retain";
const kept = { whenDeleted: "Retain", whenScaled: "Retain" };
const unprotected = `not protected: pulumi destroy would delete its data; ${remedy}, or set the option protect`;
const claimsGo = (moment: string) =>
  `persistentVolumeClaimRetentionPolicy.${moment} is not Retain: claims would be deleted with their pods; ${remedy}`;

const statefulSet = (policy: unknown, stack = "production") =>
  policyResource(
    "kubernetes:apps/v1:StatefulSet",
    { spec: { volumeClaimTemplates: [{}], persistentVolumeClaimRetentionPolicy: policy } },
    { stack },
  );

describe("policy: retain-in-production", () => {
  for (const kind of ["PersistentVolumeClaim", "Namespace"]) {
    const resource = (stack: string, protect: boolean) =>
      policyResource(`kubernetes:core/v1:${kind}`, {}, { stack, protect });

    it(`refuses a ${kind} that is not protected`, () => {
      for (const stack of ["production", "prod"]) {
        assert.deepEqual(findingsOf(retainInProduction, resource(stack, false)), [unprotected]);
      }
    });

    it(`allows a protected ${kind}, and any in another stack`, () => {
      assert.deepEqual(findingsOf(retainInProduction, resource("production", true)), []);
      for (const stack of ["dev", "production-2", "preprod"]) {
        assert.deepEqual(findingsOf(retainInProduction, resource(stack, false)), []);
      }
    });
  }

  it("refuses a StatefulSet whose claims are deleted with it or with its pods", () => {
    assert.deepEqual(findingsOf(retainInProduction, statefulSet({ ...kept, whenDeleted: "Delete" })), [
      claimsGo("whenDeleted"),
    ]);
    assert.deepEqual(findingsOf(retainInProduction, statefulSet({ ...kept, whenScaled: "Delete" })), [
      claimsGo("whenScaled"),
    ]);
  });

  it("refuses a StatefulSet without a retention policy", () => {
    assert.deepEqual(findingsOf(retainInProduction, statefulSet(undefined)), [
      claimsGo("whenDeleted"),
      claimsGo("whenScaled"),
    ]);
  });

  it("allows a StatefulSet that retains its claims, one that has none, and any in another stack", () => {
    const without = policyResource("kubernetes:apps/v1:StatefulSet", { spec: {} }, { stack: "production" });
    for (const resource of [statefulSet(kept), without, statefulSet(undefined, "dev")]) {
      assert.deepEqual(findingsOf(retainInProduction, resource), []);
    }
  });

  it("allows a Deployment, which has no data", () => {
    const resource = policyResource("kubernetes:apps/v1:Deployment", {}, { stack: "production" });
    assert.deepEqual(findingsOf(retainInProduction, resource), []);
  });

  it("treats exactly the configured stacks as production", () => {
    const lists = { stacks: ["live.*"] };
    const found = (stack: string) =>
      findingsOf(retainInProduction, policyResource("kubernetes:core/v1:Namespace", {}, { stack }), lists);
    assert.deepEqual(found("live.eu"), [unprotected]);
    for (const stack of ["production", "live", "liveXeu", "not-live.eu"]) assert.deepEqual(found(stack), []);
  });
});
