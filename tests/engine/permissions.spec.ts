import * as assert from "node:assert/strict";
import { permits, sitePermissions } from "../support/sitePermissions";
import { apiRequests } from "./support/apiRequests";
import { RecordedSite } from "./support/recordedSite";

describe("permissions that the preflight checks", function () {
  this.timeout(20 * 60_000);
  let site: RecordedSite;

  before(async () => {
    site = await RecordedSite.start();
  });
  after(() => site?.stop());

  it("are sufficient for all kubectl calls from the first up to pulumi destroy", async () => {
    await site.up();
    await site.up({ databasePasswordRotation: "2" });
    await site.up({ wordpressReplicas: "2", wordpressStorage: "2Gi" });
    await site.destroy();
    // Every authenticated user may review their own permissions.
    const calls = site.cluster.calls.filter(({ verb }) => verb !== "create");
    assert.deepEqual([...new Set(calls.map(({ verb }) => verb))].sort(), [
      "annotate",
      "config",
      "delete",
      "exec",
      "get",
      "patch",
    ]);
    const refused = calls
      .flatMap(apiRequests)
      .filter((request) => !permits(sitePermissions("wordpress"), request))
      .map(({ verb, resource, namespace }) => `${verb} ${resource} in ${namespace}`);
    assert.deepEqual([...new Set(refused)], []);
  });
});
