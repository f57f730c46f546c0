import * as assert from "node:assert/strict";
import { isRpcSecret, unknownValue } from "@pulumi/pulumi/runtime/rpc";
import {
  fromWire,
  holdsSecret,
  holdsUnknown,
  isProperties,
  open,
  plain,
  type Properties,
  revealed,
  sameValue,
  Secret,
  toWire,
  Unknown,
  unknown,
} from "../../../lab/plugins/support/propertyValues";

const unknownNumber = new Unknown("3eeb2bf0-c639-47a8-9e75-3b44932eb421");
const all: Properties = {
  nothing: null,
  yes: true,
  number: 1.5,
  text: "text",
  list: [1, [new Secret("in a list")], {}],
  object: { "a.b/c": "d", empty: {}, none: [] },
  secret: new Secret({ deep: [new Secret(1), unknown] }),
  later: unknown,
  laterNumber: unknownNumber,
};

describe("properties on the wire", () => {
  it("are decoded to the encoded values, including secrets and unknowns", () =>
    assert.deepEqual(fromWire(toWire(all)), all));

  it("have the SDK's format", () => {
    const { secret, later, text } = toWire(all).toJavaScript();
    assert.ok(isRpcSecret(secret));
    assert.deepEqual({ later, text }, { later: unknownValue, text: "text" });
  });

  it("omit undefined values", () =>
    assert.deepEqual(toWire({ gone: undefined, here: { gone: undefined } }).toJavaScript(), { here: {} }));

  it("are empty if undefined", () => assert.deepEqual(fromWire(undefined), {}));

  it("keep assets unchanged", () => {
    const asset = { "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", text: "a" };
    assert.deepEqual(fromWire(toWire({ asset })), { asset });
  });
});

describe("property values", () => {
  it("are revealed without their secret wrappers, and unknown parts stay", () =>
    assert.deepEqual(revealed({ a: new Secret({ b: [new Secret(unknown), 1] }) }), { a: { b: [unknown, 1] } }));

  it("are plain without unknown parts", () =>
    assert.deepEqual(plain({ a: new Secret([unknown, new Secret("x")]), b: new Secret(unknown), c: { d: unknown } }), {
      a: [null, "x"],
      c: {},
    }));

  it("are opened through nested secrets", () => {
    assert.equal(open(new Secret(new Secret(1))), 1);
    assert.equal(open(undefined), undefined);
  });

  it("report whether they contain a secret or an unknown", () => {
    assert.deepEqual([all, all.object, all.list].map(holdsSecret), [true, false, true]);
    assert.deepEqual([all, all.object, all.secret, all.list].map(holdsUnknown), [true, false, true, false]);
  });

  it("are equal regardless of secrecy and of the order of names", () => {
    assert.ok(sameValue({ a: new Secret(1), b: [2] }, { b: [new Secret(2)], a: 1, c: undefined }));
    assert.ok(!sameValue({ a: 1 }, { a: "1" }));
    assert.ok(!sameValue(null, undefined));
    assert.ok(!sameValue(unknown, unknownNumber));
  });

  it("are properties only if they are objects with names", () =>
    assert.deepEqual([{}, [], null, "x", new Secret({}), unknown, undefined].map(isProperties), [
      true,
      ...Array<boolean>(6).fill(false),
    ]));
});
