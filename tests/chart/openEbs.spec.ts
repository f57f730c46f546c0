import { storageKeys } from "../../stacks/keys";
import { checkRendered, forms } from "./renderedChart";

// Not part of CI: where that runs, the repository cannot be reached.
describe("the values of OpenEBS's chart, rendered against the chart itself", function () {
  this.timeout(120_000);
  const place = {
    repository: storageKeys.chartRepository.default,
    version: storageKeys.chartVersion.default,
  };
  for (const form of forms) {
    it(`with the engine ${form.engine}${form.logging ? " and logging" : ""} at ${place.version}`, () =>
      checkRendered(form, place));
  }
});
