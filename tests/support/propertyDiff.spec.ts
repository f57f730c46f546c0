import * as assert from "node:assert";
import { asSecret, property } from "./properties";
import { differences, isWithin } from "./propertyDiff";

describe("property differences", () => {
  it("name added, removed and changed values at the innermost path", () => {
    const before = { spec: { replicas: 1, ports: [{ port: 80 }], paused: true }, same: [1, { a: 2 }] };
    const after = { spec: { replicas: 3, ports: [{ port: 80, name: "web" }] }, same: [1, { a: 2 }] };
    assert.deepStrictEqual(differences(before, after), [
      { path: "spec.replicas", kind: "UPDATE" },
      { path: "spec.ports[0].name", kind: "ADD" },
      { path: "spec.paused", kind: "DELETE" },
    ]);
  });

  it("quote keys that are not plain words", () => {
    const [difference] = differences({ annotations: {} }, { annotations: { "pulumi.com/skipAwait": "true" } });
    assert.strictEqual(difference?.path, 'annotations["pulumi.com/skipAwait"]');
  });

  it("count a changed type, such as list to map or map to text, as one difference", () => {
    assert.deepStrictEqual(differences({ a: [1], b: { c: 1 } }, { a: { 0: 1 }, b: "c" }), [
      { path: "a", kind: "UPDATE" },
      { path: "b", kind: "UPDATE" },
    ]);
  });

  it("include a changed secret, but not a value that became secret", () => {
    const before = { data: asSecret({ key: "one" }), plain: "x" };
    assert.deepStrictEqual(differences(before, { data: { key: asSecret("two") }, plain: asSecret("x") }), [
      { path: "data.key", kind: "UPDATE" },
    ]);
  });

  it("compare paths by whole steps", () => {
    assert.ok(isWithin("spec.volumeClaimTemplates[0].spec", "spec.volumeClaimTemplates"));
    assert.ok(isWithin("spec.selector", "spec.selector"));
    assert.ok(!isWithin("spec.selectors", "spec.selector"));
    assert.ok(!isWithin("spec", "spec.selector"));
    assert.ok(isWithin('metadata.annotations["a.b/c"]', "metadata.annotations"));
  });

  it("read the value at a path, even inside secrets and lists", () => {
    const inputs = { spec: asSecret({ containers: [{ env: { "a.b": "deep" } }] }) };
    assert.strictEqual(property(inputs, 'spec.containers[0].env["a.b"]'), "deep");
    assert.strictEqual(property(inputs, "spec.containers[1].env"), undefined);
  });
});
