import * as assert from "node:assert/strict";
import { failure } from "../support/failure";
import { recordFault } from "../support/reliability";
import { timed } from "../support/timed";
import { slack } from "../support/until";
import { withShortTimeouts } from "./support/shortTimeouts";
import { LabSite } from "./support/labSite";
import { SmallDisk } from "./support/smallDisk";

const namespace = "exhausted";
// Sorted between `fixed` and `shared`: another spec expects the cluster's list of classes to begin and end so.
const storageClass = "full-disks";

describe("failed pulumi up", function () {
  this.timeout(15 * 60_000);
  const disks = { database: new SmallDisk(), content: new SmallDisk() };
  let site: LabSite;

  before(async () => {
    const settings = { storage: { className: storageClass }, contentStorageClass: storageClass, wordpressReplicas: 1 };
    site = await LabSite.start({ namespace, nodePort: 30112, settings });
    await disks.database.mount(30);
    await disks.content.mount(6);
    const items = [
      {
        apiVersion: "storage.k8s.io/v1",
        kind: "StorageClass",
        metadata: { name: storageClass },
        provisioner: "kubernetes.io/no-provisioner",
      },
      disks.database.volume("exhausted-database", storageClass, { namespace, name: "data-mariadb-0" }),
      disks.content.volume("exhausted-content", storageClass, { namespace, name: "wordpress-content" }),
    ];
    await site.cluster.apply(JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  });
  after(async () => {
    await site?.stop();
    await site.cluster.kubectl("delete", "persistentvolume", "exhausted-database", "exhausted-content");
    await site.cluster.kubectl("delete", "storageclass", storageClass);
    for (const disk of Object.values(disks)) await disk.remove();
  });

  const kubectl = (...args: string[]) => site.cluster.kubectl("--namespace", namespace, ...args);
  /** Seconds of each object's timeout in these tests. The plugin's default is ten minutes. */
  const timeoutSeconds = 45;
  /** Runs an `up` that must fail. @returns its output, and its duration as text */
  const failing = async () => {
    const { result: output, seconds } = await timed(() =>
      failure(withShortTimeouts(site.project, timeoutSeconds, () => site.project.up())),
    );
    assert.ok(seconds <= 10 * timeoutSeconds * slack, `it took ${seconds} s`);
    return {
      output,
      ended: `ended after ${seconds} s, with a timeout of ${timeoutSeconds} s for each object instead of 10 min (16 min for a job)`,
    };
  };

  it("names the size keys of full database and content volumes, and the next up succeeds once there is room", async () => {
    const { output, ended } = await failing();
    assert.match(output, /StatefulSet mariadb did not come up/);
    assert.match(output, /Job wordpress-fill failed/);
    assert.match(output, /its volume is full: enlarge it \(pulumi config set wordpressStorage SIZE\)/);
    // The database logs the cause only at its first start.
    assert.match(output, /volume is full.*pulumi config set mariadbStorage SIZE/);
    disks.content.freeSpace();
    // As in docs/how-to/recover-an-interrupted-database-start.md. The test's own volume is emptied in place, which makes room.
    await kubectl("delete", "statefulset", "mariadb");
    disks.database.empty();
    await site.project.refresh();
    await site.project.up();
    assert.equal(await site.status(), 200);
    assert.equal((await site.rows("show tables")).trim().split("\n").length, 12);
    recordFault({
      fault: "full volumes of database and content at the first up",
      holds: "up ends, names both volumes and the keys that grow them; with free space, the next up continues",
      measured: ended,
    });
  });

  it("names the memory quota that blocks more pods, at the next up too, while the site still serves; up succeeds without the quota", async () => {
    // The quota allows three pods of the page cache and a job of 32Mi, but no second WordPress pod of 144Mi.
    await kubectl("create", "quota", "memory", "--hard=requests.memory=560Mi");
    await site.project.configure({ wordpressReplicas: "3" });
    const { output, ended } = await failing();
    assert.match(output, /Deployment wordpress did not come up/);
    assert.match(output, /lacks pods: .*exceeded quota: memory/);
    assert.equal(await site.status(), 200);
    // This up has nothing to update, and the pods are still missing.
    assert.match((await failing()).output, /Deployment wordpress did not come up/);
    await kubectl("delete", "quota", "memory");
    await site.project.up();
    recordFault({
      fault: "more pods than the namespace's quota of memory allows",
      holds: "up ends, names the quota, the site answers; the next up fails too, and continues without the quota",
      measured: ended,
    });
  });

  it("names an image that does not exist while the site still serves; the next up with another image succeeds", async () => {
    await site.project.configure({ wordpressImage: "wordpress:0.0-none" });
    const { output, ended } = await failing();
    assert.match(output, /cannot pull the image "wordpress:0\.0-none"/);
    assert.equal(await site.status(), 200);
    await site.project.configure({ wordpressImage: "wordpress:7.1-php8.4-apache" });
    await site.project.up();
    assert.deepEqual(Object.keys((await site.project.up()).changes), ["same"]);
    recordFault({
      fault: "an image that does not exist",
      holds: "up ends, names the image, the site answers as before; with the right image the next up continues",
      measured: ended,
    });
  });
});
