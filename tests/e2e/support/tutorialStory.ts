import * as assert from "node:assert/strict";
import * as path from "node:path";
import type { Pod } from "../../../components/kubernetes/objects";
import { install, logIn, openBrowser, outputFolder } from "./browser";
import { countLogouts, Visitor } from "./http";
import type { LabSite } from "./labSite";
import { owner } from "./tutorial";

/** Adds the tests of the tutorial's steps: installation, three pods, one login. @param site returns the deployed site */
export function testTutorial(site: () => LabSite): void {
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
    await visitor.login(owner.user, owner.password);
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
