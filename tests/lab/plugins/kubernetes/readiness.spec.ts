import * as assert from "node:assert/strict";
import type { KubernetesObject } from "../../../../lab/plugins/kubernetes/objects";
import { needsEndpoints, podTrouble, readiness } from "../../../../lab/plugins/kubernetes/readiness";
import { waitForOf } from "../../../../lab/plugins/kubernetes/waitFor";
import type { PlainObject } from "../../../../lab/plugins/support/propertyValues";

const metadata = { name: "site", namespace: "wordpress", generation: 2 };

function statefulSet(status: PlainObject, spec: PlainObject = {}): KubernetesObject {
  return { apiVersion: "apps/v1", kind: "StatefulSet", metadata, spec: { replicas: 3, ...spec }, status };
}

describe("readiness in the Kubernetes stand-in", () => {
  const rolledOut = {
    observedGeneration: 2,
    replicas: 3,
    readyReplicas: 3,
    currentReplicas: 3,
    currentRevision: "b",
    updateRevision: "b",
  };

  it("requires of a StatefulSet that all pods are ready and of the newest revision, and that its controller observed the change", () => {
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

  it("reports how many pods of a StatefulSet's newest revision are ready", () => {
    const { progress } = readiness(statefulSet({ ...rolledOut, updateRevision: "c", updatedReplicas: 1 }));
    assert.equal(progress, "1 out of 3 replicas succeeded readiness checks");
  });

  it("requires only the number of pods of a StatefulSet that is updated manually", () => {
    const status = { ...rolledOut, updateRevision: "c", currentReplicas: 0 };
    assert.equal(readiness(statefulSet(status, { updateStrategy: { type: "OnDelete" } })).ready, true);
  });

  it("requires of a Deployment that it is available and rolled out, without old pods", () => {
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

  it("requires that a Job is complete, and fails with the cluster's reason for a failed one", () => {
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

  it("counts a ConfigMap, which has no status, as ready at once", () => {
    assert.equal(readiness({ apiVersion: "v1", kind: "ConfigMap", metadata }).ready, true);
  });

  it("requires endpoints of a Service, unless it is headless or has no selector", () => {
    const service = (spec: PlainObject): KubernetesObject => ({ apiVersion: "v1", kind: "Service", metadata, spec });
    assert.equal(needsEndpoints(service({ selector: { app: "site" } })), true);
    assert.equal(needsEndpoints(service({ selector: { app: "site" }, clusterIP: "None" })), false);
    assert.equal(needsEndpoints(service({})), false);
  });

  it("names a failing pod with the container's reason", () => {
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

  it("waits for the value at a JSON path", () => {
    const expression = "jsonpath={.status.pool_status}=Online";
    assert.equal(isMet(pool(expression, { pool_status: "Online" })), true);
    assert.equal(isMet(pool(expression, { pool_status: "Faulted" })), false);
    assert.equal(isMet(pool(expression, {})), false);
  });

  it("waits for any value at a JSON path without one", () => {
    assert.equal(isMet(pool("jsonpath={.status.disks[1].uri}", { disks: [{}, { uri: "x" }] })), true);
    assert.equal(isMet(pool("jsonpath={.status.disks[1].uri}", { disks: [{}] })), false);
  });

  it("waits for a condition, with the status True by default", () => {
    const status = { conditions: [{ type: "Ready", status: "False" }] };
    assert.equal(isMet(pool("condition=Ready", status)), false);
    assert.equal(isMet(pool("condition=Ready=False", status)), true);
  });

  it("waits for all expressions of a list", () => {
    const expression = '["jsonpath={.status.a}=1", "jsonpath={.status.b}=2"]';
    assert.equal(isMet(pool(expression, { a: "1", b: "2" })), true);
    assert.equal(isMet(pool(expression, { a: "1" })), false);
  });

  it("waits until the controller has observed the change", () => {
    const expression = "jsonpath={.status.phase}=Ready";
    assert.equal(isMet(pool(expression, { phase: "Ready", observedGeneration: 1 }, 2)), false);
    assert.equal(isMet(pool(expression, { phase: "Ready", observedGeneration: 2 }, 2)), true);
  });

  it("refuses unsupported expressions", () => {
    assert.throws(() => waitForOf(pool("Ready", {})), /expected a "jsonpath=" or "condition=" prefix, got "Ready"/);
    assert.throws(() => waitForOf(pool("jsonpath={.items[*].name}", {})), /not supported by the stand-in/);
    assert.throws(() => waitForOf(pool("[]", {})), /at least one condition/);
  });
});
