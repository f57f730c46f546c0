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
  it("an object without a name gets the resource's with eight digits, and keeps it", () => {
    const first = named({ metadata: {} }, undefined, "config", seed);
    assert.deepEqual(first.metadata, { name: "config-01234567", annotations: { "pulumi.com/autonamed": "true" } });
    const second = named({ metadata: {} }, first, "config", Buffer.from("ffffffff", "hex"));
    assert.deepEqual(second.metadata, first.metadata);
  });

  it("a name that the program gives stays, known or not", () => {
    for (const name of ["mine", unknown])
      assert.deepEqual(named({ metadata: { name } }, undefined, "x", seed).metadata, { name });
  });

  it("an object with a given name is deleted before its replacement, one with a generated name is not", () => {
    const given = { metadata: { name: "mine", namespace: "one" } };
    const madeUp = named({ metadata: {} }, undefined, "x", seed) as KubernetesObject;
    assert.equal(isDeletedBeforeReplacement(given, given), true);
    assert.equal(isDeletedBeforeReplacement(given, { metadata: { name: "mine", namespace: "two" } }), false);
    assert.equal(isDeletedBeforeReplacement(madeUp, madeUp), false);
  });

  it("the provider's namespace is for objects that name none", () => {
    assert.deepEqual(inNamespace({ metadata: { name: "a" } }, "n").metadata, { name: "a", namespace: "n" });
    assert.deepEqual(inNamespace({ metadata: { namespace: "m" } }, "n").metadata, { namespace: "m" });
  });

  it("IDs are namespace/name, or the name", () => {
    const object = { metadata: { name: "a", namespace: "n" } };
    assert.equal(identifier(object), "n/a");
    assert.equal(identifier({ metadata: { name: "a" } }), "a");
    assert.deepEqual(parseIdentifier("n/a"), { namespace: "n", name: "a" });
    assert.deepEqual(parseIdentifier("a"), { name: "a" });
  });

  it("kinds come from the type; patches are distinguished from objects", () => {
    assert.deepEqual(identityOf("kubernetes:core/v1:Secret", {}), { apiVersion: "v1", kind: "Secret" });
    assert.deepEqual(identityOf("kubernetes:apps/v1:StatefulSet", {}), { apiVersion: "apps/v1", kind: "StatefulSet" });
    assert.equal(isPatch("kubernetes:core/v1:NodePatch", "Node"), true);
    assert.equal(isPatch("kubernetes:core/v1:Node", "Node"), false);
    assert.throws(() => identityOf("kubernetes:helm.sh/v3:Release", {}), /not supported by the stand-in/);
  });

  it("fields that are null are not sent", () => {
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

  it("a Secret's data is secret, whatever the inputs say", () => {
    const { data, __inputs: inputs } = checkpointOf(
      live("Secret"),
      { kind: "Secret", stringData: { password: "pass" } },
      "m",
    );
    assert.ok(data instanceof Secret);
    assert.ok((inputs as { stringData: unknown }).stringData instanceof Secret);
  });

  it("elsewhere, what was secret in the inputs", () => {
    const object = guarded(live("ConfigMap"), { metadata: { annotations: { token: new Secret("t") } }, data: {} });
    assert.ok(!(object.data instanceof Secret));
    assert.ok((object.metadata as { annotations: { token: unknown } }).annotations.token instanceof Secret);
  });

  it("the checkpoint gives the object and its manager back", () => {
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

  it("is no change where nobody changed anything, however the server spells it", () => {
    assert.deepEqual(liveInputs(live, inputs), inputs);
  });

  it("shows what somebody changed or removed, and not what was added, as the official provider", () => {
    const [web] = live.spec.containers;
    const seen = (containers: object[]) => liveInputs({ ...live, spec: { containers } } as never, inputs).spec;
    assert.deepEqual(seen([{ ...web, name: "other" }]), {
      containers: [{ ...inputs.spec.containers[0], name: "other" }],
    });
    assert.deepEqual(seen([]), { containers: [] });
    assert.deepEqual(seen([{ ...web, args: [] }, { name: "added" }]), { containers: inputs.spec.containers });
  });

  it("reads a Secret's texts from its data", () => {
    const secret = { kind: "Secret", data: { password: Buffer.from("changed").toString("base64") } };
    const before = { kind: "Secret", stringData: { password: "pass" } };
    assert.deepEqual(liveInputs(secret, before), { kind: "Secret", stringData: { password: "changed" } });
  });

  it("an import has no fields of the server's", () => {
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

  it("an update takes over what the creation and kubectl left, and joins it with its own", () => {
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

  it("an update takes over what any kubectl command left, as the official provider does: set, edit, label, rollout", () => {
    for (const manager of ["kubectl-set", "kubectl-edit", "kubectl-label", "kubectl-rollout"]) {
      assert.deepEqual(handedOver(object(entry(manager, "Update", { "f:spec": {} })), "mine"), [
        entry("mine", "Apply", { "f:spec": {} }),
      ]);
    }
    assert.equal(handedOver(object(entry("helm", "Update", { "f:spec": {} })), "mine"), undefined);
  });

  it("what kubectl scale did stays kubectl's", () => {
    assert.equal(handedOver(object(entry("kubectl", "Update", { "f:spec": {} }, "scale")), "mine"), undefined);
  });
});
