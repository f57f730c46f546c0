import { FaultCopy } from "./support/faultCopy";
import { safeguards } from "./support/safeguards";

describe("a safeguard of docs/development/reliability.md that is taken out makes a test fail", function () {
  this.timeout(30 * 60_000);
  let copy: FaultCopy;
  before(() => {
    copy = new FaultCopy();
  });
  after(() => copy.remove());

  for (const fault of safeguards) {
    it(`${fault.what} (${fault.file})`, () => copy.check(fault));
  }
});
