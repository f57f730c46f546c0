import { storageKeys } from "../../stacks/keys";
import { checkNfsDriver, checkRendered, forms } from "./renderedChart";

// Not part of CI, which cannot reach the repository.
describe("Helm with the program's values", function () {
  this.timeout(120_000);
  const place = {
    repository: storageKeys.chartRepository.default,
    version: storageKeys.chartVersion.default,
  };
  for (const form of forms) {
    it(`renders OpenEBS ${place.version}, engine ${form.engine}${form.logging ? " and logging" : ""}: its classes, one registry, nothing unrequested`, () =>
      checkRendered(form, place));
  }
  it("renders the chart of the NFS driver: only the driver, one registry", () =>
    checkNfsDriver(storageKeys.nfsChartRepository.default));
});
