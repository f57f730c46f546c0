import { createPools } from "../engine/support/manyPools";

describe("stack with many pools", function () {
  this.timeout(20 * 60_000);

  it("creates 300 pools and the labels of their nodes", () => createPools(300));
});
