import * as assert from "node:assert/strict";
import { propertyChanges, propertyPath } from "../../../lab/plugins/support/propertyDiff";
import { type Properties, Secret, unknown } from "../../../lab/plugins/support/propertyValues";

const changes = (olds: Properties, news: Properties) =>
  propertyChanges(olds, news).map(({ kind, path }) => `${kind} ${path}`);

describe("propertyChanges", () => {
  it("finds the innermost differences", () =>
    assert.deepEqual(
      changes(
        { spec: { replicas: 1, ports: [{ port: 80 }, { port: 81 }], gone: { a: 1 } }, same: "x" },
        { spec: { replicas: 3, ports: [{ port: 80, name: "http" }], come: [] }, same: "x" },
      ),
      ["ADD spec.come", "DELETE spec.gone", "ADD spec.ports[0].name", "DELETE spec.ports[1]", "UPDATE spec.replicas"],
    ));

  it("ignores secrecy and undefined values", () => {
    assert.deepEqual(changes({ a: new Secret("x"), c: undefined }, { a: "x", b: undefined }), []);
    assert.deepEqual(changes({ a: new Secret({ b: 1 }) }, { a: { b: new Secret(2) } }), ["UPDATE a.b"]);
  });

  it("counts an unknown value as a change, unless the old value was unknown, too", () => {
    assert.deepEqual(changes({ a: { b: 1 } }, { a: unknown }), ["UPDATE a"]);
    assert.deepEqual(changes({ a: unknown }, { a: unknown }), []);
  });

  it("distinguishes null from undefined, and a list from an object", () => {
    assert.deepEqual(changes({ a: null }, {}), ["DELETE a"]);
    assert.deepEqual(changes({ a: 1 }, { a: null }), ["UPDATE a"]);
    assert.deepEqual(changes({ a: [] }, { a: {} }), ["UPDATE a"]);
  });

  it("names the input of a change, and the steps to it", () => {
    const [change] = propertyChanges(
      { metadata: { labels: { "a.b": "1" } } },
      { metadata: { labels: { "a.b": "2" } } },
    );
    assert.deepEqual(change, {
      kind: "UPDATE",
      property: "metadata",
      path: 'metadata.labels["a.b"]',
      steps: ["metadata", "labels", "a.b"],
    });
  });
});

describe("propertyPath", () => {
  it("has Pulumi's format", () => {
    assert.equal(propertyPath(["spec", "ports", 0, "port"]), "spec.ports[0].port");
    assert.equal(propertyPath(["data", 'a"b.c', "d-e"]), 'data["a\\"b.c"].d-e');
    assert.equal(propertyPath(["a.b", "c"]), '["a.b"].c');
  });
});
