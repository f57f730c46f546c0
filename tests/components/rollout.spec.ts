import * as assert from "node:assert/strict";
import type { AnyObject } from "../../components/cluster/objects";
import { awaitRollout, rolloutSeconds } from "../../components/cluster/rollout";
import { SmallKubectl } from "../support/smallKubectl";

const cluster = { context: "none", kubeconfig: "/does/not/exist" };
const deployment = { namespace: "site", kind: "Deployment", app: "wordpress" } as const;

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
    await awaitRollout(cluster, deployment, 5, client);
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
    await awaitRollout(cluster, { ...deployment, kind: "Deployment" }, 20, client);
    assert.equal(client.asked(), 5);
  }).timeout(20_000);

  it("survives an API server that does not answer for a moment", async () => {
    const client = kubectl(new Error("connection refused"), controller(done));
    await awaitRollout(cluster, deployment, 20, client);
    assert.equal(client.asked(), 2);
  }).timeout(20_000);

  it("fails with the workload's report when the time is up", async () => {
    const unready = kubectl(controller({ ...done, readyReplicas: 1 }));
    await assert.rejects(
      awaitRollout(cluster, deployment, 0, unready),
      /^Error: Deployment wordpress did not come up:/,
    );
  }).timeout(20_000);

  it("has ten minutes, and more for more pods", () => {
    assert.deepEqual([rolloutSeconds(1, 10), rolloutSeconds(100, 10)], [610, 1600]);
  });
});
