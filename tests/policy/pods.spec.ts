import * as assert from "node:assert/strict";
import { containersOf, podSpec as podSpecOf } from "../../policy/pods";
import { kindOf } from "../../policy/resource";
import { rules } from "../../policy/rules";
import { container, findingsOf, policyResource, podSpec, workloads } from "./support/policyResources";

describe("policy: pods of a resource", () => {
  it("are found in each of nine kinds of workloads, init containers before the others", () => {
    const [initContainers, ephemeralContainers] = ["first", "last"].map((name) => [container({ name })]);
    const spec = podSpec({
      ...(initContainers && { initContainers }),
      ...(ephemeralContainers && { ephemeralContainers }),
    });
    const found = workloads(spec).map((resource) => containersOf(resource).map(({ name }) => name));
    assert.deepEqual(found, Array(9).fill(["first", "app", "last"]));
  });

  it("are found by group and kind, regardless of the form of the resource's type", () => {
    assert.deepEqual(podSpecOf(policyResource("kubernetes:v1:Pod", { spec: podSpec() })), podSpec());
    const kinds = ["kubernetes:v1:Pod", "kubernetes:apps/v1beta2:Deployment", "kubernetes:helm.sh/v3:Release"];
    assert.deepEqual(
      kinds.map((type) => kindOf(policyResource(type, {}))),
      ["core/Pod", "apps/Deployment", "helm.sh/Release"],
    );
  });

  it("are not found in other resources", () => {
    for (const type of ["kubernetes:core/v1:Service", "random:index/randomPassword:RandomPassword"]) {
      assert.equal(podSpecOf(policyResource(type, { spec: podSpec() })), undefined);
    }
  });

  it("pass all the rules if they are valid, as does a workload without a pod specification", () => {
    for (const resource of [...workloads(podSpec()), policyResource("kubernetes:apps/v1:Deployment", {})]) {
      assert.deepEqual(
        rules.flatMap((rule) => findingsOf(rule, resource)),
        [],
      );
    }
  });
});

describe("policy: rules", () => {
  it("have different names, in lower case with hyphens", () => {
    const names = rules.map(({ name }) => name);
    assert.equal(names.length, 5);
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^[a-z]+(-[a-z]+)*$/);
  });
});
