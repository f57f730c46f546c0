import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import type { Claim } from "../../components/kubernetes/objects";
import { labPaths } from "../../lab/support/paths";
import { failure } from "../support/failure";
import { isUnreachable } from "../support/until";
import type { Cluster } from "./support/cluster";
import { assertDestroyed } from "./support/convergence";
import { Visitor } from "./support/http";
import { LabSite } from "./support/labSite";
import { testTutorial } from "./support/tutorialStory";

const namespace = "wordpress";
const address = "http://127.0.0.1:30007";

describe("the tutorial's site, deployed by the program on a real cluster", function () {
  this.timeout(20 * 60_000);
  let site: LabSite;
  let project: LabSite["project"];
  let cluster: Cluster;

  before(async () => {
    site = await LabSite.start();
    ({ project, cluster } = site);
  });
  after(() => site.stop());

  testTutorial(() => site);

  it("shows its post after each pod and the database's pod were deleted", async () => {
    const title = "Written before the deaths";
    await site.rows(`update wp_posts set post_title = "${title}" where ID = 1`);
    for (const pod of ["wordpress-0", "wordpress-1", "wordpress-2", "mariadb-0"]) {
      await cluster.kubectl("--namespace", namespace, "delete", "pod", pod);
      const workload = pod.startsWith("mariadb") ? "mariadb" : "wordpress";
      const rollout = ["rollout", "status", `statefulset/${workload}`, "--timeout=540s"];
      await cluster.kubectl("--namespace", namespace, ...rollout);
    }
    const isShown = async () => {
      const { status, body } = await new Visitor(address).get("/");
      return status === 200 && body.includes(title);
    };
    await cluster.until("the site shows the post again", 120, isShown, isUnreachable);
  });

  it("keeps its rows in a database that was grown to 2Gi, on the same claim", async () => {
    const claim = () => cluster.json<Claim>("get", "persistentvolumeclaim", "data-mariadb-0", "--namespace", namespace);
    const before = { ...(await claim()).metadata, posts: await site.rows("select count(*) from wp_posts") };
    await project.configure({ mariadbStorage: "2Gi" });
    const { changes } = await project.up();
    assert.equal(changes.replace ?? 0, 0);
    const after = await claim();
    assert.equal(after.status?.capacity?.storage, "2Gi");
    assert.equal(after.metadata.uid, before.uid);
    assert.equal(await site.rows("select count(*) from wp_posts"), before.posts);
  });

  it("upgrades its database to MariaDB 11.8 only with mariadbUpgrade allow, keeps the rows, and refuses the way back", async () => {
    const rows = () => site.rows("select count(*), sum(length(post_title)) from wp_posts");
    const before = await rows();
    await project.configure({ mariadbImage: "mariadb:11.8" });
    const output = await failure(project.up());
    assert.match(output, /mariadbImage: MariaDB 11\.8 would upgrade the files of 10\.11/);
    assert.match(await site.rows("select version()"), /^10\.11\./);
    await project.configure({ mariadbUpgrade: "allow" });
    await project.up();
    assert.match(await site.rows("select version()"), /^11\.8\./);
    assert.equal(await rows(), before);
    assert.equal((await new Visitor(address).get("/")).status, 200);
    await project.configure({ mariadbImage: "mariadb:10.11" });
    assert.match(await failure(project.up()), /mariadbImage: MariaDB 10\.11 cannot read the files of 11\.8/);
    await project.configure({ mariadbImage: "mariadb:11.8" });
  });

  it("deletes the surplus claims when it is scaled back to one pod", async () => {
    assert.deepEqual(await site.claims(), [
      "data-mariadb-0",
      "data-wordpress-0",
      "data-wordpress-1",
      "data-wordpress-2",
    ]);
    await project.configure({ wordpressReplicas: "1" });
    await project.up();
    await cluster.until("two claims are deleted", 60, async () => (await site.claims()).length === 2);
    assert.deepEqual(await site.claims(), ["data-mariadb-0", "data-wordpress-0"]);
  });

  it("leaves no object, claim, volume or file after destroy", async () => {
    // The lab names a volume's folder after volume, namespace and claim.
    const folders = () => fs.readdirSync(labPaths.volumes).filter((folder) => folder.includes(`_${namespace}_`));
    // The folders of the surplus claims are deleted shortly after the claims.
    await cluster.until("two folders", 60, () => Promise.resolve(folders().length === 2));
    await project.destroy();
    await assertDestroyed(site);
    assert.deepEqual(folders(), []);
  });
});
