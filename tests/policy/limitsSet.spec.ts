import * as assert from "node:assert/strict";
import type { Container } from "../../policy/pods";
import { limitsSet } from "../../policy/rules/limitsSet";
import { container, findingsOf, pod, podSpec, workloads } from "./support/policyResources";

const both = { cpu: "1", memory: "64Mi" };
const withResources = (resources: Container["resources"]) => pod(podSpec({ containers: [container({ resources })] }));
const message = (name: string, missing: string) =>
  `container ${name}: ${missing} not set; without it, one pod can use up a whole node: set it`;

describe("policy: limits-set", () => {
  it("allows containers with requests and limits of both", () => {
    assert.deepEqual(findingsOf(limitsSet, withResources({ requests: both, limits: both })), []);
  });

  it("names each missing amount", () => {
    assert.deepEqual(findingsOf(limitsSet, withResources({ requests: { cpu: "1" }, limits: { memory: "1Gi" } })), [
      message("app", "resources.requests.memory, resources.limits.cpu"),
    ]);
    assert.deepEqual(findingsOf(limitsSet, withResources({ limits: both })), [
      message("app", "resources.requests.cpu, resources.requests.memory"),
    ]);
  });

  it("refuses containers and init containers without resources, in each kind of workload", () => {
    const all = "resources.requests.cpu, resources.requests.memory, resources.limits.cpu, resources.limits.memory";
    const spec = podSpec({
      initContainers: [container({ name: "first", resources: undefined })],
      containers: [container({ name: "second", resources: {} })],
    });
    for (const resource of workloads(spec)) {
      assert.deepEqual(findingsOf(limitsSet, resource), [message("first", all), message("second", all)]);
    }
  });
});
