import * as assert from "node:assert/strict";
import { failure } from "../support/failure";
import { recordFault } from "../support/reliability";
import { LabSite } from "../e2e/support/labSite";
import { sharedPlace } from "../e2e/support/sharedSite";
import { lab } from "../lab-cluster/support/machine";
import { allReady } from "./support/pods";
import { takeSite } from "./support/site";

/** The site's objects, by kind, name and UID, and its posts. */
async function contents(site: LabSite): Promise<string> {
  const kinds = "deployments,statefulsets,secrets,services,persistentvolumeclaims";
  const objects = await site.cluster.kubectl(
    ...["get", kinds, "--namespace", site.namespace],
    '--output=jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.uid}{"\\n"}{end}',
  );
  return objects + (await site.rows("select post_title from wp_posts where post_status = 'publish'"));
}

describe("recreated cluster with another stack's site in the namespace", function () {
  this.timeout(15 * 60_000);
  let lost: LabSite;
  let other: LabSite;

  before(async () => {
    lost = takeSite();
    await lab("down");
    await lab("up");
    // The CLI stores the selected stack in its own folder, which was deleted with the lab.
    await lost.project.pulumi("stack", "select", "dev");
    other = await LabSite.start(
      sharedPlace(lost.namespace, 30127, { wordpressReplicas: 1, siteTitle: "Another site" }),
    );
    await other.project.up();
    await allReady(other);
    await other.inPod(
      "deployment/wordpress",
      ...[
        "php",
        "-r",
        'require "/var/www/html/wp-load.php"; wp_insert_post(["post_title" => "Theirs", "post_status" => "publish"]);',
      ],
    );
  });
  after(async () => {
    lost.project.remove();
    await other?.stop();
  });

  it("refuses up and destroy of a stack whose context leads to it, and does not change that site", async () => {
    const before = await contents(other);
    assert.match(before, /^Theirs$/m);
    const anotherCluster = /leads to another cluster than the one this stack is on/;
    assert.match(await failure(lost.project.up()), anotherCluster);
    const output = await failure(lost.project.destroy());
    assert.match(output, /Nothing was deleted\./);
    assert.match(output, anotherCluster);
    assert.equal(await contents(other), before);
    assert.equal(await other.status(), 200);
    recordFault({
      fault:
        "the cluster recreated under the same context, with another stack's site in the namespace; then up and destroy of the first stack",
      holds: "both are refused and name the clusters; objects and posts of that site stay as they were",
      measured: `${before.trim().split("\n").length} objects and posts unchanged`,
    });
  });
});
