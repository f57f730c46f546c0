import * as assert from "node:assert/strict";
import type { KubernetesObject } from "../../../../lab/plugins/kubernetes/objects";
import { needsEndpoints, podTrouble, readiness } from "../../../../lab/plugins/kubernetes/readiness";
import { waitForOf } from "../../../../lab/plugins/kubernetes/waitFor";
import type { PlainObject } from "../../../../lab/plugins/support/propertyValues";

const metadata = { name: "site", namespace: "wordpress", generation: 2 };

function statefulSet(status: PlainObject, spec: PlainObject = {}): KubernetesObject {
  return { apiVersion: "apps/v1", kind: "StatefulSet", metadata, spec: { replicas: 3, ...spec }, status };
}

describe("when the Kubernetes stand-in calls an object ready", () => {
  const rolledOut = {
    observedGeneration: 2,
    replicas: 3,
    readyReplicas: 3,
    currentReplicas: 3,
    currentRevision: "b",
    updateRevision: "b",
  };

  it("a StatefulSet: all pods ready, all of the newest revision, and the controller has seen the change", () => {
    assert.equal(readiness(statefulSet(rolledOut)).ready, true);
    for (const change of [
      { observedGeneration: 1 },
      { readyReplicas: 2 },
      { replicas: 4 },
      { currentReplicas: 2 },
      { updateRevision: "c" },
    ]) {
      assert.equal(readiness(statefulSet({ ...rolledOut, ...change })).ready, false, JSON.stringify(change));
    }
  });

  it("a StatefulSet says how many pods of the newest revision are ready", () => {
    const { progress } = readiness(statefulSet({ ...rolledOut, updateRevision: "c", updatedReplicas: 1 }));
    assert.equal(progress, "1 out of 3 replicas succeeded readiness checks");
  });

  it("a StatefulSet that is updated by hand: the number alone", () => {
    const status = { ...rolledOut, updateRevision: "c", currentReplicas: 0 };
    assert.equal(readiness(statefulSet(status, { updateStrategy: { type: "OnDelete" } })).ready, true);
  });

  it("a Deployment: available, rolled out, and nothing of the old", () => {
    const object = (reason: string, replicas: number, availableReplicas = 1): KubernetesObject => ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: { replicas: 1 },
      status: {
        observedGeneration: 2,
        replicas,
        updatedReplicas: 1,
        availableReplicas,
        conditions: [{ type: "Progressing", status: "True", reason }],
      },
    });
    assert.equal(readiness(object("NewReplicaSetAvailable", 1)).ready, true);
    assert.equal(readiness(object("ReplicaSetUpdated", 1)).ready, false);
    assert.equal(readiness(object("NewReplicaSetAvailable", 2)).ready, false);
    assert.equal(readiness(object("NewReplicaSetAvailable", 1, 0)).ready, false);
  });

  it("a Job: complete; a failed one ends the wait with the cluster's reason", () => {
    const job = (type: string): KubernetesObject => ({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata,
      status: { conditions: [{ type, status: "True", reason: "BackoffLimitExceeded", message: "too often" }] },
    });
    assert.equal(readiness(job("Complete")).ready, true);
    assert.equal(readiness(job("SuccessCriteriaMet")).ready, false);
    assert.equal(readiness(job("Failed")).failure, "[BackoffLimitExceeded] too often");
  });

  it("a ConfigMap, which has no status: at once", () => {
    assert.equal(readiness({ apiVersion: "v1", kind: "ConfigMap", metadata }).ready, true);
  });

  it("a Service needs endpoints, unless it is headless or selects nothing", () => {
    const service = (spec: PlainObject): KubernetesObject => ({ apiVersion: "v1", kind: "Service", metadata, spec });
    assert.equal(needsEndpoints(service({ selector: { app: "site" } })), true);
    assert.equal(needsEndpoints(service({ selector: { app: "site" }, clusterIP: "None" })), false);
    assert.equal(needsEndpoints(service({})), false);
  });

  it("a pod in trouble is named with the container's reason", () => {
    const pod = {
      metadata,
      status: {
        conditions: [{ type: "Ready", status: "False", message: "containers with unready status: [web]" }],
        containerStatuses: [{ name: "web", state: { waiting: { reason: "ErrImagePull", message: "no such image" } } }],
      },
    };
    assert.equal(
      podTrouble(pod),
      "[Pod wordpress/site]: containers with unready status: [web]; [ErrImagePull] no such image",
    );
    assert.equal(podTrouble({ metadata, status: { conditions: [{ type: "Ready", status: "True" }] } }), undefined);
  });
});

describe("pulumi.com/waitFor in the Kubernetes stand-in", () => {
  const pool = (expression: string, status: PlainObject, generation = 1): KubernetesObject => ({
    apiVersion: "openebs.io/v1beta3",
    kind: "DiskPool",
    metadata: { name: "pool-k0", generation, annotations: { "pulumi.com/waitFor": expression } },
    status,
  });
  const isMet = (object: KubernetesObject) => waitForOf(object)?.(object).ready;

  it("a JSON path and a value", () => {
    const expression = "jsonpath={.status.pool_status}=Online";
    assert.equal(isMet(pool(expression, { pool_status: "Online" })), true);
    assert.equal(isMet(pool(expression, { pool_status: "Faulted" })), false);
    assert.equal(isMet(pool(expression, {})), false);
  });

  it("a JSON path alone: anything there", () => {
    assert.equal(isMet(pool("jsonpath={.status.disks[1].uri}", { disks: [{}, { uri: "x" }] })), true);
    assert.equal(isMet(pool("jsonpath={.status.disks[1].uri}", { disks: [{}] })), false);
  });

  it("a condition, True unless it says otherwise", () => {
    const status = { conditions: [{ type: "Ready", status: "False" }] };
    assert.equal(isMet(pool("condition=Ready", status)), false);
    assert.equal(isMet(pool("condition=Ready=False", status)), true);
  });

  it("a list: all of it", () => {
    const expression = '["jsonpath={.status.a}=1", "jsonpath={.status.b}=2"]';
    assert.equal(isMet(pool(expression, { a: "1", b: "2" })), true);
    assert.equal(isMet(pool(expression, { a: "1" })), false);
  });

  it("not before the controller has seen the change", () => {
    const expression = "jsonpath={.status.phase}=Ready";
    assert.equal(isMet(pool(expression, { phase: "Ready", observedGeneration: 1 }, 2)), false);
    assert.equal(isMet(pool(expression, { phase: "Ready", observedGeneration: 2 }, 2)), true);
  });

  it("refuses what it cannot judge", () => {
    assert.throws(() => waitForOf(pool("Ready", {})), /expected a "jsonpath=" or "condition=" prefix, got "Ready"/);
    assert.throws(() => waitForOf(pool("jsonpath={.items[*].name}", {})), /not supported by the stand-in/);
    assert.throws(() => waitForOf(pool("[]", {})), /at least one condition/);
  });
});
