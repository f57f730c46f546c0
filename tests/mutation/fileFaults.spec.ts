import { FaultCopy } from "./support/faultCopy";
import { fileFaults } from "./support/fileFaults";

describe("a fault in a file of the site makes a test fail", function () {
  this.timeout(30 * 60_000);
  let copy: FaultCopy;
  before(() => {
    copy = new FaultCopy();
  });
  after(() => copy.remove());

  for (const fault of fileFaults) {
    it(`${fault.what} (${fault.file})`, () => copy.check(fault));
  }
});
