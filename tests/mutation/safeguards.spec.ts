import { FaultCopy } from "./support/faultCopy";
import { safeguards } from "./support/safeguards";

describe("removed safeguard of the reliability report", function () {
  this.timeout(30 * 60_000);
  let copy: FaultCopy;
  before(() => {
    copy = new FaultCopy();
  });
  after(() => copy.remove());

  for (const fault of safeguards) {
    it(`makes a test fail: ${fault.what} (${fault.file})`, () => copy.check(fault));
  }
});
