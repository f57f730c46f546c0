import * as assert from "node:assert";
import * as fs from "node:fs";
import { failure } from "../support/failure";
import { recordFault } from "../support/reliability";
import { deeds, isAbout, subjects } from "./support/calls";
import { RecordedSite } from "./support/recordedSite";

describe("a pulumi up that fails", function () {
  this.timeout(20 * 60_000);
  let site: RecordedSite;
  /** What the first `up` that failed had made. */
  let made: readonly string[] = [];

  before(async () => {
    site = await RecordedSite.start();
  });
  after(() => site.stop());

  it("creates nothing where the cluster lacks what the stack needs, and names both problems in one message", async () => {
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

  it("stops where an object cannot be created, and says which and why", async () => {
    site.provider.failOnce({ matches: isAbout("StatefulSet/mariadb"), message: "exceeded quota: pods=1" });
    const output = await failure(site.up());
    assert.match(output, /apps\/v1:StatefulSet \(mariadb-server\)[^]*exceeded quota: pods=1/);
    assert.ok(!subjects(site.calls, "create").includes("StatefulSet/wordpress"), "the site came without its database");
    made = subjects(site.calls, "create").filter((name) => name !== "StatefulSet/mariadb");
    assert.ok(made.includes("Secret/mariadb"), "nothing was made that could be found again");
  });

  it("stops where pods do not come up, and names the pod and the cluster's reason", async () => {
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

  it("goes on where it stopped: what exists is not created again", () => {
    const created = subjects(site.calls, "create");
    assert.ok(created.includes("StatefulSet/mariadb"), "it did not go on");
    assert.deepStrictEqual(
      created.filter((name) => made.includes(name)),
      [],
    );
    assert.deepStrictEqual(
      deeds(site.calls).filter((deed) => !deed.startsWith("create ")),
      [],
    );
  });

  it("is completed by the next up, on the objects that exist", async () => {
    await site.up();
    assert.deepStrictEqual(deeds(site.calls), [
      "create Command/destroy-guard",
      "create Command/former-users",
      "update StatefulSet/wordpress",
    ]);
  });

  it("leaves nothing to do for the up after that", async () => {
    const { changes } = await site.up();
    assert.deepStrictEqual(Object.keys(changes), ["same"]);
    assert.deepStrictEqual(deeds(site.calls), []);
  });

  it("is none where the cluster wrote an object at the same moment: it is tried again, five times in all", async () => {
    const message =
      'Operation cannot be fulfilled on statefulsets.apps "wordpress": the object has been modified; please apply your changes to the latest version and try again';
    const crossed = { matches: isAbout("StatefulSet/wordpress", "update"), message };
    for (let times = 0; times < 4; times++) site.provider.failOnce(crossed);
    await site.project.configure({ wordpressReplicas: "2" });
    const { output } = await site.up();
    assert.deepStrictEqual(deeds(site.calls), Array(5).fill("update StatefulSet/wordpress"));
    assert.doesNotMatch(output, /did not come up/);
    for (let times = 0; times < 5; times++) site.provider.failOnce(crossed);
    await site.project.configure({ wordpressReplicas: "3" });
    assert.match(await failure(site.up()), /the object has been modified/);
    await site.up();
  });

  it("cannot read a state whose file of attributes a crash left empty; without that file up has nothing to do, as the docs say", async () => {
    const attributes = `${site.project.stateFile("wordpress/dev")}.attrs`;
    assert.ok(fs.statSync(attributes).size > 0);
    fs.truncateSync(attributes);
    assert.match(await failure(site.up()), /failed to load checkpoint: EOF/);
    await site.project.cancel();
    const { changes } = await site.up();
    assert.deepStrictEqual(Object.keys(changes), ["same"]);
    recordFault({
      fault: "the state's file of attributes left empty, as a kill in the moment of its writing does",
      holds: "no command reads the state; without that file, as the docs tell, `pulumi up` finds nothing to do",
      measured: "1 file",
    });
  });

  it("is like a destroy that fails: the next destroy goes on, and nothing is left in the state", async () => {
    const stuck = { message: "timed out waiting for the pods to go" };
    site.provider.failOnce({
      matches: isAbout("StatefulSet/wordpress", "delete"),
      ...stuck,
    });
    const output = await failure(site.destroy());
    assert.match(output, /StatefulSet \(wordpress-pods\)[^]*timed out waiting for the pods to go/);
    assert.ok(!subjects(site.calls, "delete").includes("StatefulSet/mariadb"), "the database went before the site");
    await site.destroy();
    assert.ok(!subjects(site.calls, "create").length, "it made something");
    assert.deepStrictEqual(await site.project.resources(), []);
  });
});
