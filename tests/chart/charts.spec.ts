import { groups } from "../../stacks/config/tree";
import { checkNfsDriver, checkRendered, forms } from "./renderedChart";

// Not part of CI, which cannot reach the repository.
describe("Helm with the program's values", function () {
  this.timeout(120_000);
  const { fields } = groups.Storage.storage;
  const place = {
    repository: fields.chartRepository.default,
    version: fields.chartVersion.default,
  };
  for (const form of forms) {
    it(`renders OpenEBS ${place.version}, engine ${form.engine}${form.logging ? " and logging" : ""}: its classes, one registry, nothing unrequested`, () =>
      checkRendered(form, place));
  }
  it("renders the chart of the NFS driver: only the driver, one registry", () =>
    checkNfsDriver(fields.nfsChartRepository.default));
});
