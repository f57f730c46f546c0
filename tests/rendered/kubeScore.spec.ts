import * as assert from "node:assert/strict";
import { record } from "../support/reliability";
import { exceptions } from "./support/exceptions";
import { score, type Score, unexplainedFindings, unusedExceptions } from "./support/kubeScore";
import { changed, objectsOf, renderedStacks, type RenderedStack } from "./support/objects";

describe("kube-score of a stack's objects", () => {
  const scores = new Map<RenderedStack, Score>();
  before(async function () {
    this.timeout(3 * 60_000);
    for (const stack of renderedStacks) scores.set(stack, await score(await objectsOf(stack)));
  });
  const scoreOf = (stack: RenderedStack) => scores.get(stack) ?? assert.fail();

  it("has a reason in tests/rendered/support/exceptions.ts for each finding, and a finding for each reason", () => {
    assert.deepEqual([unexplainedFindings(scores, exceptions), unusedExceptions(scores, exceptions)], [[], []]);
    record("Security", {
      fault: `the objects of the stacks ${renderedStacks.join(", ")} under kube-score`,
      holds: "each finding has its reason in `tests/rendered/support/exceptions.ts`, and each reason its finding",
      measured: `${exceptions.length} checks with a reason; ${[...scores.values()].flatMap(({ scored }) => scored).length} objects`,
    });
  });

  for (const stack of renderedStacks) {
    it(`scores every pod, Service, policy and budget of ${stack}`, async () => {
      const kinds = /^(Deployment|StatefulSet|Job|CronJob|Service|NetworkPolicy|PodDisruptionBudget)$/;
      const meant = [...(await objectsOf(stack))].filter(([, { kind }]) => kinds.test(kind)).map(([name]) => name);
      assert.ok(meant.length > 5, `${meant.length} objects`);
      assert.deepEqual(
        meant.filter((name) => !scoreOf(stack).scored.includes(name)),
        [],
      );
    });
  }

  describe("check", () => {
    const pods = "wordpress-shared-pods";
    const template = ["spec", "template", "spec"];
    const container = [...template, "containers", 0];
    for (const [wrong, check, name, steps, value] of [
      ["a container without limits", "container-resources", pods, [...container, "resources"], { requests: {} }],
      ["an image without a version", "container-image-tag", pods, [...container, "image"], "wordpress:latest"],
      [
        "a pod without a profile",
        "container-seccomp-profile",
        pods,
        [...template, "securityContext", "seccompProfile"],
        undefined,
      ],
      ["a Service without pods", "service-targets-pod", "wordpress-service", ["spec", "selector"], { app: "other" }],
    ] as const) {
      it(`finds ${wrong}`, async () => {
        const dev = await score(changed(await objectsOf("dev"), name, steps, value));
        assert.deepEqual(unexplainedFindings(new Map(scores).set("dev", dev), exceptions), [`dev: ${check} ${name}`]);
      });
    }

    it("finds a single pod in production, for which only dev has a reason", async () => {
      const production = await score(changed(await objectsOf("production"), pods, ["spec", "replicas"], 1));
      assert.deepEqual(unexplainedFindings(new Map(scores).set("production", production), exceptions), [
        `production: deployment-replicas ${pods}`,
      ]);
    });

    it("finds a reason without a finding", () => {
      const [check, objects, reason] = ["container-resources", [pods], "there is none"];
      assert.deepEqual(unusedExceptions(scores, [...exceptions, { check, objects, reason }]), [`${check} ${pods}`]);
    });
  });
});
