import * as assert from "node:assert/strict";
import { labEnvironment } from "../../lab/cluster/environment";
import {
  applyTutorial,
  tutorialNodePort,
  installTutorialSite,
  owner,
  removeTutorial,
  scaleTutorialSite,
} from "./support/tutorial";
import { Cluster } from "./support/cluster";
import { countLogouts, Visitor } from "./support/http";

describe("the tutorial's manifests without the Secret (control group of the login tests)", function () {
  this.timeout(20 * 60_000);
  let cluster: Cluster;

  before(() => {
    cluster = new Cluster(labEnvironment());
  });
  after(() => removeTutorial(cluster));

  it("log out a user between three pods", async () => {
    await applyTutorial(cluster);
    await scaleTutorialSite(cluster, 1);
    const visitor = new Visitor(`http://127.0.0.1:${tutorialNodePort}`);
    await installTutorialSite(cluster, visitor);
    await scaleTutorialSite(cluster, 3);
    await cluster.until("all of the tutorial's pods serve", 120, async () => {
      const pods = ["wordpress-0", "wordpress-1", "wordpress-2"].map((pod) =>
        cluster.kubectl(
          "--namespace",
          "chapter",
          "exec",
          pod,
          "--",
          "curl",
          "-fsSo",
          "/dev/null",
          "http://127.0.0.1/wp-login.php",
        ),
      );
      return (await Promise.allSettled(pods)).every(({ status }) => status === "fulfilled");
    });
    await visitor.login(owner.user, owner.password);
    const out = await countLogouts(visitor, 60, "chapter-control");
    assert.ok(out > 0, "no page was logged out, so that the login tests of the program prove nothing");
    console.log(`      logged out on ${out} of 60 pages`);
  });
});
