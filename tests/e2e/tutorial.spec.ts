import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Claim, Pod } from "../../components/kubernetes/objects";
import { labPaths } from "../../lab/support/paths";
import { perPodSettings } from "../support/pulumiProject";
import { isUnreachable } from "../support/until";
import { install, logIn, openBrowser, outputFolder } from "./support/browser";
import { owner } from "./support/tutorial";
import type { Cluster } from "./support/cluster";
import { assertDestroyed } from "./support/convergence";
import { countLogouts, Visitor } from "./support/http";
import { LabSite } from "./support/labSite";

const namespace = "wordpress";
const address = "http://127.0.0.1:30007";
const { user, password } = owner;

/** Adds the tests of the tutorial's steps: installation, three pods, one login. @param site returns the deployed site */
function testTutorial(site: () => LabSite): void {
  it("redirects to WordPress's installer after up", async () => {
    await site().project.up();
    assert.equal((await site().project.outputs()).url, site().address);
    const { status, location } = await new Visitor(site().address).get("/");
    assert.equal(status, 302);
    assert.match(location ?? "", /\/wp-admin\/install\.php$/);
  });

  it("can be installed and logged in to in a browser", async () => {
    const browser = await openBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      await install(page, site().address, owner);
      await logIn(page, site().address, owner);
      await page.screenshot({ path: path.join(outputFolder, "dashboard.png") });
      assert.match(await page.title(), /Dashboard/);
    } finally {
      await browser.close();
    }
  });

  it("has three pods on three nodes after wordpressReplicas 3, by one update", async () => {
    await site().project.configure({ wordpressReplicas: "3" });
    const { changes } = await site().project.up();
    assert.equal(changes.update, 1);
    assert.deepEqual(Object.keys(changes).sort(), ["same", "update"]);
    const { items } = await site().cluster.json<{ items: (Pod & { spec: { nodeName: string } })[] }>(
      ...["get", "pods", "--namespace", site().namespace, "--selector=app=wordpress"],
    );
    assert.deepEqual(items.map(({ spec }) => spec.nodeName).sort(), ["k0", "k1", "k2"]);
  });

  it("keeps one login through 60 dashboard pages that reach all three pods", async () => {
    const visitor = new Visitor(site().address);
    await visitor.login(user, password);
    assert.equal(await countLogouts(visitor, 60, "chapter-e2e"), 0);
    const served = await Promise.all(
      ["wordpress-0", "wordpress-1", "wordpress-2"].map(async (pod) => {
        const log = await site().cluster.kubectl("--namespace", site().namespace, "logs", pod);
        return log.split("\n").filter((line) => line.includes("/wp-admin/index.php?chapter-e2e=")).length;
      }),
    );
    assert.equal(
      served.reduce((sum, count) => sum + count, 0),
      60,
    );
    assert.ok(Math.min(...served) > 0, `the pods served ${served.join(", ")}`);
  });

  it("has a plugin that was copied to one pod on that pod only, with content: perPod", async () => {
    const plugin = "/var/www/html/wp-content/plugins/query-monitor.php";
    await site().inPod("wordpress-0", "sh", "-c", `echo '<?php /* Plugin Name: Query Monitor */' > ${plugin}`);
    const found = (pod: string) => site().inPod(pod, "sh", "-c", `test -e ${plugin} && echo there || echo missing`);
    assert.equal(await found("wordpress-0"), "there\n");
    for (const pod of ["wordpress-1", "wordpress-2"]) assert.equal(await found(pod), "missing\n", pod);
  });
}

describe("the tutorial's site with WordPress 6.5, deployed by the program on a real cluster", function () {
  this.timeout(20 * 60_000);
  let site: LabSite;

  before(async () => {
    const settings = { ...perPodSettings, wordpressImage: "wordpress:6.5-apache" };
    site = await LabSite.start({ namespace: "tutorial-65", nodePort: 30132, settings });
  });
  after(() => site.discard());

  testTutorial(() => site);
});

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
