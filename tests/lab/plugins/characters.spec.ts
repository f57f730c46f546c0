import * as assert from "node:assert/strict";
import { type CharacterRules, randomText } from "../../../lab/plugins/random/characters";

const off = { upper: false, lower: false, numeric: false, special: false };
const none = { minUpper: 0, minLower: 0, minNumeric: 0, minSpecial: 0 };
const rules = (given: Partial<CharacterRules>): CharacterRules => ({
  length: 200,
  upper: true,
  lower: true,
  numeric: true,
  special: true,
  overrideSpecial: "",
  ...none,
  ...given,
});
const count = (text: string, kind: RegExp) => text.match(kind)?.length ?? 0;

describe("randomText", () => {
  it("has the requested length and kinds of characters", () => {
    const cases: readonly (readonly [Partial<CharacterRules>, RegExp])[] = [
      [{}, /^[A-Za-z0-9!@#$%&*()\-_=+[\]{}<>:?]{200}$/],
      [{ ...off, upper: true }, /^[A-Z]{200}$/],
      [{ ...off, lower: true }, /^[a-z]{200}$/],
      [{ ...off, numeric: true }, /^[0-9]{200}$/],
      [{ ...off, special: true, overrideSpecial: "ab" }, /^[ab]{200}$/],
      [{ special: false, overrideSpecial: "!" }, /^[A-Za-z0-9]{200}$/],
    ];
    for (const [given, form] of cases) assert.match(randomText(rules(given)), form);
  });

  it("uses every digit in a text of 1000", () =>
    assert.equal(new Set(randomText(rules({ ...off, numeric: true, length: 1000 }))).size, 10));

  it("meets minima that fill the whole length, and minima of a kind that is off", () => {
    const minima = { minUpper: 1, minLower: 2, minNumeric: 3, minSpecial: 4 };
    const text = randomText(rules({ length: 10, ...off, upper: true, ...minima, overrideSpecial: "~" }));
    const counts = [/[A-Z]/g, /[a-z]/g, /[0-9]/g, /~/g].map((kind) => count(text, kind));
    assert.deepEqual(counts, [1, 2, 3, 4]);
  });

  it("shuffles the required characters", () => {
    const starts = Array.from(
      { length: 200 },
      () => randomText(rules({ length: 20, special: false, minNumeric: 1 }))[0],
    );
    assert.ok(starts.some((start) => !/[0-9]/.test(start ?? "")));
  });

  it("generates 1000 different texts of 16 characters", () => {
    const texts = Array.from({ length: 1000 }, () => randomText(rules({ length: 16 })));
    assert.equal(new Set(texts).size, 1000);
  });

  it("counts a character outside the basic plane as one", () => {
    const text = randomText(rules({ ...off, special: true, overrideSpecial: "😀", length: 3 }));
    assert.equal(text, "😀😀😀");
  });

  it("refuses inputs with all kinds off, even if the minima fill the length", () => {
    for (const given of [off, { ...off, length: 1, minUpper: 1 }]) {
      assert.throws(() => randomText(rules(given)), /there is no character to use/);
    }
  });
});
