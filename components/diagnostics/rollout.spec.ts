import * as assert from "node:assert/strict";
import { RunError } from "@pulumi/pulumi";
import type { AnyObject } from "../kubernetes/objects";
import { awaitAllRollouts, awaitRollout, type Rollout, rolloutOf } from "./rollout";
import { SmallKubectl } from "../../tests/support/smallKubectl";

const cluster = { context: "none", kubeconfig: "/does/not/exist" };
const deployment = { namespace: "site", kind: "Deployment", app: "wordpress" } as const;
const within = (timeoutSeconds: number): Rollout => ({ workload: deployment, timeoutSeconds });

/** A Deployment of three pods. */
function controller(status: object, name = "wordpress", namespace = "site") {
  return { metadata: { name, namespace, uid: `${namespace}-${name}`, generation: 2 }, spec: { replicas: 3 }, status };
}
const done = { observedGeneration: 2, replicas: 3, updatedReplicas: 3, readyReplicas: 3 };

/** A kubectl that lists one state after the other, the last one repeatedly, beside Deployments of other workloads. */
function kubectl(...states: readonly (AnyObject | Error)[]) {
  const others = [controller({}, "wordpress", "wordpress"), controller({}, "wordpress-cache")];
  let asked = 0;
  const deployments = () => {
    const state = states[Math.min(asked++, states.length - 1)] ?? new Error("the test has no state");
    if (state instanceof Error) throw state;
    return [...others, state];
  };
  const client = new SmallKubectl({ deployments });
  return Object.assign(client, { asked: () => asked });
}

describe("rollout", () => {
  it("finishes at once when all pods run the new template and are ready", async () => {
    const client = kubectl(controller(done));
    await awaitRollout(cluster, within(5), client);
    assert.equal(client.asked(), 1);
  });

  it("waits until the controller has observed the update, all pods are updated and ready, and no surplus pod exists", async () => {
    const client = kubectl(
      controller({ ...done, observedGeneration: 1 }),
      controller({ ...done, readyReplicas: 1 }),
      controller({ ...done, updatedReplicas: 2 }),
      controller({ ...done, replicas: 4 }),
      controller(done),
    );
    await awaitRollout(cluster, within(20), client);
    assert.equal(client.asked(), 5);
  }).timeout(20_000);

  it("continues after an API server did not answer for a moment", async () => {
    const client = kubectl(new Error("connection refused"), controller(done));
    await awaitRollout(cluster, within(20), client);
    assert.equal(client.asked(), 2);
  }).timeout(20_000);

  it("fails with kubectl's reason when the API server does not answer within its timeout", async () => {
    const unreachable = kubectl(new Error("connection refused"));
    await assert.rejects(awaitRollout(cluster, within(600), unreachable, 1), /^Error: connection refused$/);
    assert.ok(unreachable.asked() >= 2);
  }).timeout(20_000);

  it("fails with the workload's report after the timeout", async () => {
    const unready = kubectl(controller({ ...done, readyReplicas: 1 }));
    await assert.rejects(awaitRollout(cluster, within(0), unready), /^Error: Deployment wordpress did not come up:/);
  }).timeout(20_000);

  it("has a timeout of ten minutes plus 10 s for each pod of a Deployment, or 60 s of a StatefulSet", () => {
    const seconds = (kind: "Deployment" | "StatefulSet", replicas: number) =>
      rolloutOf({ ...deployment, kind }, replicas).timeoutSeconds;
    assert.deepEqual([seconds("Deployment", 1), seconds("Deployment", 100)], [610, 1600]);
    assert.equal(seconds("StatefulSet", 100), 6600);
  });

  it("of several workloads finishes with the last one, and fails with a RunError that reports the one that timed out", async () => {
    const cache = { ...deployment, app: "wordpress-cache" };
    const ready = kubectl(controller(done));
    await assert.rejects(
      awaitAllRollouts(cluster, [within(0), { workload: cache, timeoutSeconds: 0 }], ready),
      (error) => RunError.isInstance(error) && /^Deployment wordpress-cache did not come up:/.test(error.message),
    );
    await awaitAllRollouts(cluster, [within(0)], ready);
  }).timeout(20_000);
});
