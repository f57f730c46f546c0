import * as assert from "node:assert/strict";
import { failure } from "../support/failure";
import { assertDestroyed } from "./support/convergence";
import { LabSite } from "./support/labSite";

describe("dataRetention: retain on a real cluster", function () {
  this.timeout(15 * 60_000);
  let site: LabSite;
  before(async () => {
    site = await LabSite.start({ namespace: "kept", nodePort: 30037 });
  });
  after(async () => site.stop());

  it("keeps data and passwords on destroy for the next up, until dataRetention: delete removes them", async () => {
    const { project, cluster } = site;
    await project.configure({ dataRetention: "retain" });
    await project.up();
    await site.rows("create table kept (word text); insert into kept values ('still here')");

    assert.match(await failure(project.destroy()), /protected/);
    assert.equal((await site.rows("select word from kept")).trim(), "still here");

    // Without its plan it refuses too, after what is not protected has gone.
    assert.match(await failure(project.destroy("--skip-preview")), /protected/);
    await project.up();
    assert.equal((await site.rows("select word from kept")).trim(), "still here");

    await project.destroy("--exclude-protected");
    assert.deepEqual(await cluster.names("statefulsets", site.namespace), []);
    assert.deepEqual(await site.claims(), ["data-mariadb-0", "data-wordpress-0"]);

    await project.up();
    assert.equal((await site.rows("select word from kept")).trim(), "still here");

    await project.configure({ dataRetention: "delete" });
    await project.up();
    await project.destroy();
    await assertDestroyed(site);
  });
});
