import * as assert from "node:assert/strict";
import type { EngineOperation } from "../support/engineLog";
import { failure } from "../support/failure";
import { SmallProgram } from "./support/smallProgram";

/** The signature of an encrypted value in the state. */
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

const program = (changed: { hex?: string; replaced?: string; spelled?: string; more?: string } = {}) => `
const hex = new random.RandomPassword("hex", {
  length: 40, upper: false, lower: false, numeric: false, special: true, overrideSpecial: "abcdef", ${changed.hex ?? ""}
});
const replaced = new random.RandomPassword("replaced", { length: 20, keepers: { round: "1" }, ${changed.replaced ?? ""} });
const spelled = new random.RandomPassword("spelled", { length: 20, ${changed.spelled ?? ""} });
const counted = new random.RandomPassword("counted", { length: 4, minUpper: 1, minLower: 1, minNumeric: 1, minSpecial: 1 });
const bytes = new random.RandomBytes("bytes", { length: 16 });
const id = new random.RandomId("id", { byteLength: 8, prefix: "id-" });
const string = new random.RandomString("string", { length: 12, special: false });
const integer = new random.RandomInteger("integer", { min: 3, max: 3 });
const uuid = new random.RandomUuid("uuid");
const imported = new random.RandomPassword("imported", { length: 9 }, { import: "swordfish" });
hex.result.apply((result) => console.log("the result has " + result.length + " characters"));
${changed.more ?? ""}
exports.hex = hex.result;
exports.replaced = replaced.result;
exports.spelled = spelled.result;
exports.counted = counted.result;
exports.imported = imported.result;
exports.bytesHex = bytes.hex;
exports.bytesBase64 = bytes.base64;
`;

describe("random", function () {
  this.timeout(6 * 60_000);
  let small: SmallProgram;
  let preview: EngineOperation;
  let up: EngineOperation;
  let values: Record<string, string>;
  const readValues = async () => (await small.outputs("--show-secrets")) as Record<string, string>;

  before(async () => {
    small = await SmallProgram.start(program());
    preview = await small.preview();
    up = await small.up();
    values = await readValues();
  });
  after(() => small?.remove());

  it("knows no value at preview", () => {
    assert.equal(preview.changes.create, 10);
    assert.doesNotMatch(preview.output, /characters/);
    assert.match(up.output, /the result has 40 characters/);
  });

  it("uses the program's special characters", () => assert.match(values.hex ?? "", /^[abcdef]{40}$/));

  it("uses each kind of characters at least as often as required", () => {
    const text = values.counted ?? "";
    assert.equal(text.length, 4);
    for (const kind of [/[A-Z]/, /[a-z]/, /[0-9]/, /[!@#$%&*()\-_=+[\]{}<>:?]/]) assert.match(text, kind);
  });

  it("encrypts every generated password, and prints none", async () => {
    for (const name of ["hex", "replaced", "spelled", "counted"]) {
      const value = values[name] ?? "";
      assert.ok(value.length > 3);
      for (const place of [small.stateText(), up.output]) assert.ok(!place.includes(value), `${name} is in plain text`);
    }
    const { result } = small.resources().hex?.outputs as { result: Record<string, string> };
    assert.ok(Object.values(result).includes(secretSignature));
    assert.equal(small.resources().hex?.id, "none");
    assert.equal((await small.outputs()).hex, "[secret]");
  });

  it("keeps RandomBytes as the official plugin does: outputs encrypted, the same bytes in plain text as the ID", async () => {
    assert.equal(small.resources().bytes?.id, values.bytesBase64);
    assert.equal(Buffer.from(values.bytesBase64 ?? "", "base64").toString("hex"), values.bytesHex);
    assert.ok(!small.stateText().includes(values.bytesHex ?? ""));
    assert.equal((await small.outputs()).bytesHex, "[secret]");
  });

  it("keeps all forms of RandomId in plain text", () => {
    const { id, outputs } = small.resources().id ?? assert.fail();
    const bytes = Buffer.from(id, "base64url");
    assert.equal(bytes.length, 8);
    assert.deepEqual(
      { hex: outputs.hex, dec: outputs.dec, b64Std: outputs.b64Std, b64Url: outputs.b64Url },
      {
        hex: `id-${bytes.toString("hex")}`,
        dec: `id-${BigInt(`0x${bytes.toString("hex")}`)}`,
        b64Std: `id-${bytes.toString("base64")}`,
        b64Url: `id-${id}`,
      },
    );
  });

  it("generates texts, numbers and UUIDs", () => {
    const { string, integer, uuid } = small.resources();
    assert.match(String(string?.outputs.result), /^[A-Za-z0-9]{12}$/);
    assert.equal(integer?.outputs.result, 3);
    assert.match(String(uuid?.outputs.result), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it("imports a password", () => assert.equal(values.imported, "swordfish"));

  it("changes nothing at a second up, or for an explicit default", async () => {
    small.change(program({ spelled: "upper: true, minSpecial: 0, keepers: {}" }));
    const { changes } = await small.up("--refresh");
    assert.deepEqual(changes, { same: 11 });
    assert.deepEqual(await readValues(), values);
  });

  it("replaces resources with other keepers or characters, and keeps the others", async () => {
    small.change(program({ replaced: 'keepers: { round: "2" }', hex: "length: 41" }));
    const { steps } = await small.up();
    assert.deepEqual(
      steps
        .filter(({ operation }) => operation === "replace")
        .map(({ name, paths }) => `${name}: ${paths.join()}`)
        .sort(),
      ["hex: length", "replaced: keepers.round"],
    );
    const now = await readValues();
    assert.match(now.hex ?? "", /^[abcdef]{41}$/);
    assert.notEqual(now.replaced, values.replaced);
    assert.equal(now.spelled, values.spelled);
  });

  it("refuses an invalid length at preview", async () => {
    small.change(program({ more: 'new random.RandomPassword("length", { length: 0 });' }));
    const output = await failure(small.preview());
    assert.match(output, /resource 'length': property length value \{0\} has a problem: .*at least 1, got: 0/);
  });

  it("reports a resource that the stand-in does not support", async () => {
    small.change(program({ more: 'new random.RandomPet("pet");' }));
    assert.match(
      await failure(small.preview()),
      /RandomPet is not supported by the stand-in: see lab\/plugins\/README\.md/,
    );
  });
});
