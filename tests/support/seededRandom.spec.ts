import * as assert from "node:assert/strict";
import { SeededRandom } from "../faults/support/seededRandom";

describe("seeded randomness", () => {
  const things = ["a", "b", "c", "d", "e"];
  const orders = (seed: string | undefined) => {
    const random = new SeededRandom(seed);
    return Array.from({ length: 20 }, () => random.shuffle(things).join(""));
  };

  it("keeps the order of things without a seed", () => {
    assert.deepEqual(new Set(orders(undefined)), new Set(["abcde"]));
  });

  it("repeats with the same seed, and differs with another", () => {
    assert.deepEqual(orders("7"), orders("7"));
    assert.notDeepEqual(orders("7"), orders("8"));
    assert.ok(new Set(orders("7")).size > 10);
    assert.ok(orders("7").every((order) => [...order].sort().join("") === "abcde"));
  });

  it("refuses a seed that is not a whole number", () => {
    assert.throws(() => new SeededRandom("x"), /FAULT_SEED: "x" is no whole number/);
  });
});
