import * as assert from "node:assert/strict";
import { RunError } from "@pulumi/pulumi";
import type { AnyObject } from "../kubernetes/objects";
import { awaitAllRollouts, awaitRollout, type Rollout, rolloutOf } from "./rollout";
import { SmallKubectl } from "../../tests/support/smallKubectl";

const cluster = { context: "none", kubeconfig: "/does/not/exist" };
const deployment = { namespace: "site", kind: "Deployment", app: "wordpress" } as const;
const within = (timeoutSeconds: number): Rollout => ({ workload: deployment, timeoutSeconds });

/** A Deployment of three pods, observed as it is. */
function controller(status: object, name = "wordpress", namespace = "site") {
  return { metadata: { name, namespace, uid: `${namespace}-${name}`, generation: 2 }, spec: { replicas: 3 }, status };
}
const done = { observedGeneration: 2, replicas: 3, updatedReplicas: 3, readyReplicas: 3 };

/** A kubectl that lists one state after the other, and then the last one for ever, beside the Deployments of others. */
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

describe("a rollout", () => {
  it("is done at once where all pods are ready and of the new template", async () => {
    const client = kubectl(controller(done));
    await awaitRollout(cluster, within(5), client);
    assert.equal(client.asked(), 1);
  });

  it("lasts until the controller has observed the update, and all pods are updated, ready and none is left over", async () => {
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

  it("survives an API server that does not answer for a moment", async () => {
    const client = kubectl(new Error("connection refused"), controller(done));
    await awaitRollout(cluster, within(20), client);
    assert.equal(client.asked(), 2);
  }).timeout(20_000);

  it("fails with kubectl's reason where the API server does not answer at all", async () => {
    const gone = kubectl(new Error("connection refused"));
    await assert.rejects(awaitRollout(cluster, within(600), gone, 1), /^Error: connection refused$/);
    assert.ok(gone.asked() >= 2);
  }).timeout(20_000);

  it("fails with the workload's report when the time is up", async () => {
    const unready = kubectl(controller({ ...done, readyReplicas: 1 }));
    await assert.rejects(awaitRollout(cluster, within(0), unready), /^Error: Deployment wordpress did not come up:/);
  }).timeout(20_000);

  it("has ten minutes, and more for more pods and for pods that are replaced in turn", () => {
    const seconds = (kind: "Deployment" | "StatefulSet", replicas: number) =>
      rolloutOf({ ...deployment, kind }, replicas).timeoutSeconds;
    assert.deepEqual([seconds("Deployment", 1), seconds("Deployment", 100)], [610, 1600]);
    assert.equal(seconds("StatefulSet", 100), 6600);
  });

  it("of several workloads is done when each is, and fails with the report of the one whose time is up, which Pulumi shows alone", async () => {
    const cache = { ...deployment, app: "wordpress-cache" };
    const ready = kubectl(controller(done));
    await assert.rejects(
      awaitAllRollouts(cluster, [within(0), { workload: cache, timeoutSeconds: 0 }], ready),
      (error) => RunError.isInstance(error) && /^Deployment wordpress-cache did not come up:/.test(error.message),
    );
    await awaitAllRollouts(cluster, [within(0)], ready);
  }).timeout(20_000);
});
