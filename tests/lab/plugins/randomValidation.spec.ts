import * as assert from "node:assert/strict";
import { randomResources } from "../../../lab/plugins/random/resources";
import { failures } from "../../../lab/plugins/random/validation";
import { type Properties, Secret, unknown } from "../../../lab/plugins/support/propertyValues";

const password = randomResources["random:index/randomPassword:RandomPassword"] ?? assert.fail();
const reasons = (inputs: Properties) =>
  failures(password, inputs).map(({ property, reason }) => `${property}: ${reason}`);

describe("inputs of a random text", () => {
  const accepted: Readonly<Record<string, Properties>> = {
    "one character": { length: 1 },
    "minima that fill the length": { length: 4, minUpper: 1, minLower: 1, minNumeric: 1, minSpecial: 1 },
    "a length that is unknown": { length: unknown, minUpper: 5 },
    "a minimum that is unknown": { length: 3, minUpper: unknown },
    "secret inputs": { length: new Secret(8), special: new Secret(false) },
    "null for a missing input": { length: 8, upper: null },
  };
  for (const [what, inputs] of Object.entries(accepted)) {
    it(`accept ${what}`, () => assert.deepEqual(reasons(inputs), []));
  }

  const refused: Readonly<Record<string, Properties>> = {
    "length: Missing required property 'length'": {},
    "length: must be a whole number of at least 1, got: 0": { length: 0 },
    "length: must be a whole number of at least 1, got: 1.5": { length: 1.5 },
    'length: must be a whole number of at least 1, got: "8"': { length: "8" },
    "minLower: must be a whole number of at least 0, got: -1": { length: 8, minLower: -1 },
    'upper: must be a boolean, got: "no"': { length: 8, upper: "no" },
    "length: must be at least the sum of minLower, minNumeric, minSpecial, minUpper, which is 4, got: 3": {
      length: 3,
      minUpper: 2,
      minLower: new Secret(2),
    },
  };
  for (const [reason, inputs] of Object.entries(refused)) {
    it(reason, () => assert.deepEqual(reasons(inputs), [reason]));
  }
});
