import * as assert from "node:assert/strict";
import { isReady } from "../../components/kubernetes/conditions";
import type { Claim } from "../../components/kubernetes/objects";
import { Visitor } from "./support/http";
import { LabSite } from "./support/labSite";
import { administrator } from "./support/load";
import { inEachPod, runCron, sitePods } from "./support/sharedSite";

const namespace = "one-node";
const password = "correct horse battery";

describe("the preset dev on a ReadWriteOnce storage class", function () {
  this.timeout(15 * 60_000);
  let site: LabSite;

  before(async () => {
    site = await LabSite.start({ namespace, nodePort: 30087, settings: { wordpressReplicas: 2 } });
  });
  after(async () => site?.stop());

  it("prints the context at the first up, and warns that draining the site's node interrupts it", async () => {
    await site.project.configureSecret("adminPassword", password);
    const { output } = await site.project.up();
    assert.match(output, /On context "lab" \(https:\/\/[^)]+\), storage class "standard"/);
    assert.match(output, /all pods of the site run on one node\. Draining that node interrupts the site/);
  });

  it("accepts the configured adminPassword at login", async () => {
    const owner = await administrator(site);
    assert.equal(owner.password, password);
    assert.equal(await site.status(), 200);
    await new Visitor(site.address).login(owner.user, password);
  });

  it("runs all pods on one node with the same files", async () => {
    const pods = await sitePods(site);
    assert.equal(pods.length, 2);
    assert.equal(new Set(pods.map(({ spec }) => spec.nodeName)).size, 1);
    const claim = ["get", "persistentvolumeclaim", "wordpress-content", "--namespace", namespace] as const;
    const { spec } = await site.cluster.json<Claim>(...claim);
    assert.deepEqual([spec.accessModes, spec.storageClassName], [["ReadWriteOnce"], "standard"]);
    await site.inPod(pods[0]?.metadata.name ?? "", "sh", "-c", "echo here > wp-content/uploads.txt");
    const read = Object.values(await inEachPod(site, "cat", "wp-content/uploads.txt"));
    assert.deepEqual(read, ["here\n", "here\n"]);
  });

  it("completes a cron job", () => runCron(site, "now"));

  it("moves from a drained node to another one and serves there", async () => {
    const pods = await sitePods(site);
    const node = pods[0]?.spec.nodeName ?? "";
    // Other specs have pods on that node too.
    await site.cluster.kubectl("label", "pods", "--namespace", namespace, "--selector=app=wordpress", "drain=one-node");
    try {
      const flags = ["--pod-selector=drain=one-node", "--delete-emptydir-data", "--timeout=120s"];
      await site.cluster.kubectl("drain", node, ...flags);
      await site.cluster.until("two pods are ready on another node", 60, async () => {
        const moved = (await sitePods(site)).filter((pod) => pod.spec.nodeName !== node && isReady(pod));
        return moved.length === 2 && new Set(moved.map(({ spec }) => spec.nodeName)).size === 1;
      });
      assert.equal(await site.status(), 200);
    } finally {
      await site.cluster.kubectl("uncordon", node);
    }
  });

  it("replaces its pods for new salts on one node again", async () => {
    const before = (await sitePods(site)).map(({ metadata }) => metadata.uid);
    await site.project.configure({ keyRotation: "2" });
    await site.project.up();
    await site.cluster.until("two pods", 60, async () => (await sitePods(site)).length === 2);
    assert.ok((await sitePods(site)).every(({ metadata }) => !before.includes(metadata.uid)));
    assert.equal(new Set((await sitePods(site)).map(({ spec }) => spec.nodeName)).size, 1);
    assert.equal(await site.status(), 200);
  });
});
