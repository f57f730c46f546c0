import * as assert from "node:assert/strict";
import { checkpointOf, guarded, readCheckpoint } from "../../../../lab/plugins/kubernetes/checkpoint";
import { handedOver } from "../../../../lab/plugins/kubernetes/fieldManagers";
import { identityOf, inNamespace, isPatch, named, objectOf } from "../../../../lab/plugins/kubernetes/inputs";
import { importedInputs, liveInputs } from "../../../../lab/plugins/kubernetes/liveInputs";
import { identifier, type KubernetesObject, parseIdentifier } from "../../../../lab/plugins/kubernetes/objects";
import { isDeletedBeforeReplacement } from "../../../../lab/plugins/kubernetes/rules";
import { Secret, unknown } from "../../../../lab/plugins/support/propertyValues";

const seed = Buffer.from("0123456789abcdef", "hex");

describe("names and identities in the Kubernetes stand-in", () => {
  it("generate a name from the resource's and eight digits, and keep it", () => {
    const first = named({ metadata: {} }, undefined, "config", seed);
    assert.deepEqual(first.metadata, { name: "config-01234567", annotations: { "pulumi.com/autonamed": "true" } });
    const second = named({ metadata: {} }, first, "config", Buffer.from("ffffffff", "hex"));
    assert.deepEqual(second.metadata, first.metadata);
  });

  it("keep a name from the program, known or unknown", () => {
    for (const name of ["mine", unknown])
      assert.deepEqual(named({ metadata: { name } }, undefined, "x", seed).metadata, { name });
  });

  it("delete an object with a given name before its replacement, and one with a generated name after", () => {
    const given = { metadata: { name: "mine", namespace: "one" } };
    const madeUp = named({ metadata: {} }, undefined, "x", seed) as KubernetesObject;
    assert.equal(isDeletedBeforeReplacement(given, given), true);
    assert.equal(isDeletedBeforeReplacement(given, { metadata: { name: "mine", namespace: "two" } }), false);
    assert.equal(isDeletedBeforeReplacement(madeUp, madeUp), false);
  });

  it("use the provider's namespace for objects without one", () => {
    assert.deepEqual(inNamespace({ metadata: { name: "a" } }, "n").metadata, { name: "a", namespace: "n" });
    assert.deepEqual(inNamespace({ metadata: { namespace: "m" } }, "n").metadata, { namespace: "m" });
  });

  it("form IDs as namespace/name, or as the name", () => {
    const object = { metadata: { name: "a", namespace: "n" } };
    assert.equal(identifier(object), "n/a");
    assert.equal(identifier({ metadata: { name: "a" } }), "a");
    assert.deepEqual(parseIdentifier("n/a"), { namespace: "n", name: "a" });
    assert.deepEqual(parseIdentifier("a"), { name: "a" });
  });

  it("derive the kind from the type, and distinguish patches from objects", () => {
    assert.deepEqual(identityOf("kubernetes:core/v1:Secret", {}), { apiVersion: "v1", kind: "Secret" });
    assert.deepEqual(identityOf("kubernetes:apps/v1:StatefulSet", {}), { apiVersion: "apps/v1", kind: "StatefulSet" });
    assert.equal(isPatch("kubernetes:core/v1:NodePatch", "Node"), true);
    assert.equal(isPatch("kubernetes:core/v1:Node", "Node"), false);
    assert.throws(() => identityOf("kubernetes:helm.sh/v3:Release", {}), /not supported by the stand-in/);
  });

  it("do not send null fields", () => {
    const object = objectOf({
      apiVersion: "v1",
      kind: "X",
      metadata: { name: "a", labels: null },
      list: [{ a: null, b: 1 }],
    });
    assert.deepEqual(object, { apiVersion: "v1", kind: "X", metadata: { name: "a" }, list: [{ b: 1 }] });
  });
});

describe("secrets in the Kubernetes stand-in", () => {
  const live = (kind: string): KubernetesObject => ({
    apiVersion: "v1",
    kind,
    metadata: { name: "a", annotations: { token: "t" } },
    data: { password: "cGFzcw==" },
  });

  it("include a Secret's data, regardless of the inputs", () => {
    const { data, __inputs: inputs } = checkpointOf(
      live("Secret"),
      { kind: "Secret", stringData: { password: "pass" } },
      "m",
    );
    assert.ok(data instanceof Secret);
    assert.ok((inputs as { stringData: unknown }).stringData instanceof Secret);
  });

  it("include fields of other objects that are secret in the inputs", () => {
    const object = guarded(live("ConfigMap"), { metadata: { annotations: { token: new Secret("t") } }, data: {} });
    assert.ok(!(object.data instanceof Secret));
    assert.ok((object.metadata as { annotations: { token: unknown } }).annotations.token instanceof Secret);
  });

  it("do not prevent reading the object and its manager from the checkpoint", () => {
    const checkpoint = readCheckpoint(checkpointOf(live("Secret"), {}, "manager"));
    assert.deepEqual(checkpoint, { live: live("Secret"), fieldManager: "manager" });
  });
});

describe("refresh in the Kubernetes stand-in", () => {
  const inputs = {
    spec: { replicas: 3, containers: [{ name: "web", resources: { limits: { memory: "1024Mi" } } }] },
    metadata: { name: "a", annotations: {} },
  };
  const live = {
    status: {},
    spec: {
      replicas: 3,
      extra: 1,
      containers: [{ name: "web", image: "x", resources: { limits: { memory: "1Gi" } } }],
    },
    metadata: { name: "a", uid: "u", resourceVersion: "1" },
  };

  it("finds no change in an unchanged object, even if the server normalizes a value", () => {
    assert.deepEqual(liveInputs(live, inputs), inputs);
  });

  it("finds changed and removed fields, and ignores added ones, as the official provider does", () => {
    const [web] = live.spec.containers;
    const seen = (containers: object[]) => liveInputs({ ...live, spec: { containers } } as never, inputs).spec;
    assert.deepEqual(seen([{ ...web, name: "other" }]), {
      containers: [{ ...inputs.spec.containers[0], name: "other" }],
    });
    assert.deepEqual(seen([]), { containers: [] });
    assert.deepEqual(seen([{ ...web, args: [] }, { name: "added" }]), { containers: inputs.spec.containers });
  });

  it("reads a Secret's stringData from its data", () => {
    const secret = { kind: "Secret", data: { password: Buffer.from("changed").toString("base64") } };
    const before = { kind: "Secret", stringData: { password: "pass" } };
    assert.deepEqual(liveInputs(secret, before), { kind: "Secret", stringData: { password: "changed" } });
  });

  it("imports no fields that only the server sets", () => {
    assert.deepEqual(importedInputs(live), { spec: live.spec, metadata: { name: "a" } });
  });
});

describe("field managers in the Kubernetes stand-in", () => {
  const entry = (manager: string, operation: string, fieldsV1: object, subresource?: string) => ({
    manager,
    operation,
    fieldsV1: fieldsV1 as Record<string, never>,
    ...(subresource !== undefined && { subresource }),
  });
  const object = (...managedFields: ReturnType<typeof entry>[]): KubernetesObject => ({
    apiVersion: "v1",
    kind: "X",
    metadata: { name: "a", managedFields },
  });

  it("hand fields of the creator and of kubectl to the resource's manager at an update", () => {
    const managers = handedOver(
      object(
        entry("pulumi-kubernetes", "Update", { "f:spec": { "f:a": {} } }),
        entry("mine", "Apply", { "f:spec": { "f:b": {} } }),
        entry("kubectl", "Update", { "f:metadata": {} }),
        entry("controller", "Update", { "f:status": {} }),
      ),
      "mine",
    );
    assert.deepEqual(managers, [
      entry("controller", "Update", { "f:status": {} }),
      entry("mine", "Apply", { "f:spec": { "f:b": {}, "f:a": {} }, "f:metadata": {} }),
    ]);
  });

  it("hand fields of every kubectl command to the resource's manager, as in the official provider: set, edit, label, rollout", () => {
    for (const manager of ["kubectl-set", "kubectl-edit", "kubectl-label", "kubectl-rollout"]) {
      assert.deepEqual(handedOver(object(entry(manager, "Update", { "f:spec": {} })), "mine"), [
        entry("mine", "Apply", { "f:spec": {} }),
      ]);
    }
    assert.equal(handedOver(object(entry("helm", "Update", { "f:spec": {} })), "mine"), undefined);
  });

  it("leave changes by kubectl scale to kubectl", () => {
    assert.equal(handedOver(object(entry("kubectl", "Update", { "f:spec": {} }, "scale")), "mine"), undefined);
  });
});
