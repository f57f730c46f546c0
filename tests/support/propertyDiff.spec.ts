import * as assert from "node:assert";
import { asSecret, property } from "./properties";
import { differences, isWithin } from "./propertyDiff";

describe("differences of properties", () => {
  it("names what was added, removed and changed, at the innermost place", () => {
    const before = { spec: { replicas: 1, ports: [{ port: 80 }], paused: true }, same: [1, { a: 2 }] };
    const after = { spec: { replicas: 3, ports: [{ port: 80, name: "web" }] }, same: [1, { a: 2 }] };
    assert.deepStrictEqual(differences(before, after), [
      { path: "spec.replicas", kind: "UPDATE" },
      { path: "spec.ports[0].name", kind: "ADD" },
      { path: "spec.paused", kind: "DELETE" },
    ]);
  });

  it("quotes keys that are not plain words", () => {
    const [difference] = differences({ annotations: {} }, { annotations: { "pulumi.com/skipAwait": "true" } });
    assert.strictEqual(difference?.path, 'annotations["pulumi.com/skipAwait"]');
  });

  it("takes a change of kind, list to map or map to text, as one difference", () => {
    assert.deepStrictEqual(differences({ a: [1], b: { c: 1 } }, { a: { 0: 1 }, b: "c" }), [
      { path: "a", kind: "UPDATE" },
      { path: "b", kind: "UPDATE" },
    ]);
  });

  it("looks through secrets: a changed secret differs, a value that became secret does not", () => {
    const before = { data: asSecret({ key: "one" }), plain: "x" };
    assert.deepStrictEqual(differences(before, { data: { key: asSecret("two") }, plain: asSecret("x") }), [
      { path: "data.key", kind: "UPDATE" },
    ]);
  });

  it("tells whether a path lies within another by whole steps", () => {
    assert.ok(isWithin("spec.volumeClaimTemplates[0].spec", "spec.volumeClaimTemplates"));
    assert.ok(isWithin("spec.selector", "spec.selector"));
    assert.ok(!isWithin("spec.selectors", "spec.selector"));
    assert.ok(!isWithin("spec", "spec.selector"));
    assert.ok(isWithin('metadata.annotations["a.b/c"]', "metadata.annotations"));
  });

  it("reads what stands at a path, also inside secrets and lists", () => {
    const inputs = { spec: asSecret({ containers: [{ env: { "a.b": "deep" } }] }) };
    assert.strictEqual(property(inputs, 'spec.containers[0].env["a.b"]'), "deep");
    assert.strictEqual(property(inputs, "spec.containers[1].env"), undefined);
  });
});
