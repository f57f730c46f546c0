import { createPools } from "./support/manyPools";

describe("stack with many pools", function () {
  this.timeout(20 * 60_000);

  for (const count of [3, 30]) {
    it(`creates ${count} pools and the labels of their nodes`, () => createPools(count));
  }
});
