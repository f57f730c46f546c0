import { storageKeys } from "../../stacks/keys";
import { checkNfsDriver, checkRendered, forms } from "./renderedChart";

// Not part of CI: where that runs, the repository cannot be reached.
describe("the values of charts, rendered against the charts themselves", function () {
  this.timeout(120_000);
  const place = {
    repository: storageKeys.chartRepository.default,
    version: storageKeys.chartVersion.default,
  };
  for (const form of forms) {
    it(`OpenEBS's with the engine ${form.engine}${form.logging ? " and logging" : ""} at ${place.version}`, () =>
      checkRendered(form, place));
  }
  it("that of the driver of NFS", () => checkNfsDriver(storageKeys.nfsChartRepository.default));
});
