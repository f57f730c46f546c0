import { FaultCopy } from "./support/faultCopy";
import { fileFaults } from "./support/fileFaults";

describe("fault in a container file", function () {
  this.timeout(30 * 60_000);
  let copy: FaultCopy;
  before(() => {
    copy = new FaultCopy();
  });
  after(() => copy.remove());

  for (const fault of fileFaults) {
    it(`makes a test fail: ${fault.what} (${fault.file})`, () => copy.check(fault));
  }
});
