import * as assert from "node:assert";
import * as fs from "node:fs";
import { failure } from "../support/failure";
import { recordFault } from "../support/reliability";
import { operations, isAbout, subjects } from "./support/calls";
import { RecordedSite } from "./support/recordedSite";

describe("pulumi up or destroy that fails", function () {
  this.timeout(20 * 60_000);
  let site: RecordedSite;
  /** Objects that the first failed `up` created. */
  let made: readonly string[] = [];

  before(async () => {
    site = await RecordedSite.start();
  });
  after(() => site.stop());

  it("creates nothing if the preflight fails, and names both problems in one message", async () => {
    site.cluster.services.push({
      metadata: { name: "shop", namespace: "market", uid: "uid-shop" },
      spec: { ports: [{ nodePort: 30007 }] },
    });
    await site.project.configure({ "storage.className": "gold" });
    const output = await failure(site.up());
    assert.match(output, /Preflight failed \(2 findings\); nothing was changed:/);
    assert.match(output, /wordpressNodePort: 30007 is used by the Service market\/shop/);
    assert.match(output, /storage\.className: "gold" is no storage class of this cluster/);
    assert.deepStrictEqual(site.provider.objects, []);
    site.cluster.services.length = 0;
    await site.project.pulumi("config", "rm", "--path", "storage.className");
  });

  it("stops at an object that cannot be created, and names the object and the reason", async () => {
    site.provider.failOnce({ matches: isAbout("StatefulSet/mariadb"), message: "exceeded quota: pods=1" });
    const output = await failure(site.up());
    assert.match(output, /apps\/v1:StatefulSet \(mariadb-server\)[^]*exceeded quota: pods=1/);
    assert.ok(
      !subjects(site.calls, "create").includes("StatefulSet/wordpress"),
      "the site was created without its database",
    );
    made = subjects(site.calls, "create").filter((name) => name !== "StatefulSet/mariadb");
    assert.ok(made.includes("Secret/mariadb"), "nothing was created before the failure");
  });

  it("stops if pods do not become ready, and names the pod and the cluster's reason", async () => {
    site.cluster.pods.push({
      metadata: { name: "wordpress-0", namespace: "wordpress", uid: "uid-pod", labels: { app: "wordpress" } },
      status: {
        phase: "Pending",
        containerStatuses: [
          {
            ...{ name: "wordpress", image: "wordpress:6.5-apache", ready: false, restartCount: 0 },
            state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } },
          },
        ],
      },
    });
    const timedOut = { message: "timed out waiting for the rollout", leavesObject: true };
    site.provider.failOnce({ matches: isAbout("StatefulSet/wordpress"), ...timedOut });
    const output = await failure(site.up());
    assert.match(
      output,
      /pod wordpress-0 cannot pull the image "wordpress:6\.5-apache" \(ImagePullBackOff\): no such image/,
    );
    assert.match(output, /timed out waiting for the rollout/);
  });

  it("keeps the outputs that were known before it failed", async () => {
    assert.deepStrictEqual((await site.project.outputs()).url, "http://10.0.0.10:30007");
  });

  it("resumes where the previous one stopped, and does not recreate existing objects", () => {
    const created = subjects(site.calls, "create");
    assert.ok(created.includes("StatefulSet/mariadb"), "it did not resume");
    assert.deepStrictEqual(
      created.filter((name) => made.includes(name)),
      [],
    );
    assert.deepStrictEqual(
      operations(site.calls).filter((operation) => !operation.startsWith("create ")),
      [],
    );
  });

  it("is completed by the next up with the existing objects", async () => {
    await site.up();
    assert.deepStrictEqual(operations(site.calls), [
      "create Command/destroy-guard",
      "create Command/former-users",
      "update StatefulSet/wordpress",
    ]);
  });

  it("leaves no changes after its completion", async () => {
    const { changes } = await site.up();
    assert.deepStrictEqual(Object.keys(changes), ["same"]);
    assert.deepStrictEqual(operations(site.calls), []);
  });

  it("succeeds after a conflict with a change of the cluster's own, in up to five attempts", async () => {
    const message =
      'Operation cannot be fulfilled on statefulsets.apps "wordpress": the object has been modified; please apply your changes to the latest version and try again';
    const crossed = { matches: isAbout("StatefulSet/wordpress", "update"), message };
    for (let times = 0; times < 4; times++) site.provider.failOnce(crossed);
    await site.project.configure({ wordpressReplicas: "2" });
    const { output } = await site.up();
    assert.deepStrictEqual(operations(site.calls), Array(5).fill("update StatefulSet/wordpress"));
    assert.doesNotMatch(output, /did not come up/);
    for (let times = 0; times < 5; times++) site.provider.failOnce(crossed);
    await site.project.configure({ wordpressReplicas: "3" });
    assert.match(await failure(site.up()), /the object has been modified/);
    await site.up();
  });

  it("cannot read a state whose attributes file is empty after a crash; without that file up has no changes", async () => {
    const attributes = `${site.project.stateFile("wordpress/dev")}.attrs`;
    assert.ok(fs.statSync(attributes).size > 0);
    fs.truncateSync(attributes);
    assert.match(await failure(site.up()), /failed to load checkpoint: EOF/);
    await site.project.cancel();
    const { changes } = await site.up();
    assert.deepStrictEqual(Object.keys(changes), ["same"]);
    recordFault({
      fault: "an empty attributes file of the state, as after a kill during its write",
      holds: "no command reads the state; without that file, as the docs tell, `pulumi up` finds nothing to do",
      measured: "1 file",
    });
  });

  it("is completed by the next destroy if a destroy failed, and leaves nothing in the state", async () => {
    const stuck = { message: "timed out waiting for the pods to end" };
    site.provider.failOnce({
      matches: isAbout("StatefulSet/wordpress", "delete"),
      ...stuck,
    });
    const output = await failure(site.destroy());
    assert.match(output, /StatefulSet \(wordpress-pods\)[^]*timed out waiting for the pods to end/);
    assert.ok(
      !subjects(site.calls, "delete").includes("StatefulSet/mariadb"),
      "the database was deleted before the site",
    );
    await site.destroy();
    assert.ok(!subjects(site.calls, "create").length, "it created something");
    assert.deepStrictEqual(await site.project.resources(), []);
  });
});
