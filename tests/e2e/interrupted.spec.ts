import * as assert from "node:assert/strict";
import { failure } from "../support/failure";
import { recordFault } from "../support/reliability";
import { isFailedCommand, slack } from "../support/until";
import { ApiProxy } from "./support/apiProxy";
import { assertDestroyed, assertConverged } from "./support/convergence";
import { LabSite } from "./support/labSite";
import { duringCommand, killedAt, type Moment, recover } from "./support/recovery";
import { sharedPlace } from "./support/sharedSite";

const namespace = "interrupted";
const up = ["up", "--skip-preview"] as const;
const namesThePlace = /namespace: "interrupted" exists and is not this stack's/;

describe("interrupted pulumi up and destroy", function () {
  this.timeout(20 * 60_000);
  const proxy = new ApiProxy();
  let site: LabSite;

  before(async () => {
    site = await LabSite.start(
      sharedPlace(namespace, 30110, { wordpressReplicas: 1, wordpressImage: "wordpress:6.8-php8.4-apache" }),
    );
    const kubeconfig = site.project.inFolder(".kubeconfig");
    await proxy.start(kubeconfig);
    site.project.environment.KUBECONFIG = kubeconfig;
  });
  after(async () => {
    await site?.stop();
    proxy.stop();
  });

  const has = (kind: string, name: RegExp): Moment => ({
    name: `${kind} ${name.source}`,
    isNow: async () => (await site.cluster.names(kind, namespace)).some((found) => name.test(found)),
  });
  const hasNamespace: Moment = {
    name: "the namespace",
    isNow: async () => (await site.cluster.names("namespaces")).includes(namespace),
  };
  const hasNone = (kind: string): Moment => ({
    name: `no ${kind}`,
    isNow: async () => (await site.cluster.names(kind, namespace)).length === 0,
  });

  it("end an up that loses the API server within 120 s, with a message that the cluster is unreachable", async () => {
    let cut = 0;
    const { code, output } = await duringCommand(site, up, hasNamespace, () => {
      cut = Date.now();
      proxy.cut();
    });
    const seconds = Math.round((Date.now() - cut) / 1000);
    proxy.restore();
    assert.notEqual(code, 0);
    assert.ok(seconds <= 120 * slack, `it took ${seconds} s`);
    assert.match(output, /cluster is unreachable/);
    // Without `cancel`, so that a lock would refuse it.
    await site.project.refresh("--clear-pending-creates");
    recordFault({
      fault: "pulumi up cut off from the API server",
      holds:
        "it ends by itself, reports that the cluster is unreachable, and leaves no lock; refresh and the next up continue",
      measured: `1 cut, just after the namespace was made; ended ${seconds} s later`,
    });
  });

  it("converge to one complete site after two kills, each recovered as documented", async () => {
    const moments = [has("statefulsets", /^mariadb$/), has("deployments", /^wordpress$/)];
    let adopted = 0;
    const count = (didAdopt: boolean) => (adopted += Number(didAdopt));
    for (const moment of moments) count(await recover(site, () => killedAt(site, up, moment)));
    count(await recover(site, () => site.project.up()));
    await site.project.up();
    await assertConverged(site);
    await site.rows("insert into wp_options (option_name, option_value) values ('interrupted', 'kept')");
    recordFault({
      fault: "`pulumi up` and all its processes killed (`kill -9`) at two moments",
      holds:
        "after cancel, refresh and up, which adopts existing objects: one site, 12 tables, no duplicate, no pending operation",
      measured: `existing objects were adopted after ${adopted} of ${moments.length} kills`,
    });
  });

  it("complete an upgrade although a pod of each job is deleted, and refuse a concurrent up as locked", async () => {
    await site.project.configure({ wordpressImage: "wordpress:7.1-php8.4-apache" });
    const before = await site.cluster.names("pods", namespace);
    const podsOf = async (task: string) =>
      (await site.cluster.names("pods", namespace)).filter(
        (name) => name.startsWith(`wordpress-${task}-`) && !before.includes(name),
      );
    const killed = new Set<string>();
    const kill = async (task: string) => {
      const [pod] = await podsOf(task);
      if (pod === undefined || killed.has(task)) return;
      await site.cluster.kubectl("--namespace", namespace, "delete", "pod", pod, "--force", "--grace-period=0");
      killed.add(task);
    };
    const tasks = ["fill", "install", "extensions"];
    const isUnderWay = { name: "its first job", isNow: async () => (await podsOf("fill")).length > 0 };
    const locked = duringCommand(site, up, isUnderWay, async () => {
      assert.match(await failure(site.project.up()), /locked by 1 lock.*pulumi cancel/s);
    });
    const killEach = async () => {
      for (const task of tasks) await kill(task);
      return killed.size === tasks.length;
    };
    // A pod that has ended before the deletion is not found.
    const allKilled = site.cluster.until("each job has lost a pod", 300, killEach, isFailedCommand);
    const [{ code, output }] = await Promise.all([locked, allKilled]);
    assert.equal(code, 0, output);
    await assertConverged(site);
    assert.equal(
      (await site.rows("select option_value from wp_options where option_name = 'interrupted'")).trim(),
      "kept",
    );
    recordFault({
      fault:
        "a pod of each job (fill, install, extensions) deleted with force during an upgrade, and a second up meanwhile",
      holds:
        "up succeeds without recovery, no data is lost; the second up reports that the stack is locked and names the remedy",
      measured: `${killed.size} pods killed`,
    });
  });

  it("refuse an up in the namespace of another stack, even with upsertExistingObjects", async () => {
    const other = await LabSite.start(sharedPlace(namespace, 30111));
    try {
      assert.match(await failure(other.project.up()), namesThePlace);
      await other.project.configure({ "kubernetes:upsertExistingObjects": "true" });
      assert.match(await failure(other.project.up()), namesThePlace);
    } finally {
      await other.stop();
    }
    assert.equal(await site.status(), 200);
    recordFault({
      fault: "a second stack at the same namespace, also with upsertExistingObjects",
      holds: "refused before it creates anything, its destroy deletes nothing, the site answers",
      measured: "refused twice by the preflight",
    });
  });

  it("refuse an up in a namespace that was created after the preflight, even with upsertExistingObjects, and keep the namespace", async () => {
    const place = `${namespace}-since`;
    const other = await LabSite.start(sharedPlace(place, 30111));
    try {
      const first = ["cluster", "instance", "preflight", "preflight-check", "preflight-record"];
      await other.project.pulumi(
        "up",
        "--yes",
        "--skip-preview",
        ...first.flatMap((name) => ["--target", `**::${name}`]),
      );
      await site.cluster.kubectl("create", "namespace", place);
      await other.project.configure({ "kubernetes:upsertExistingObjects": "true" });
      assert.match(await failure(other.project.up()), /namespace: "interrupted-since" exists and is not this stack's/);
    } finally {
      await other.stop();
      assert.ok((await site.cluster.names("namespaces")).includes(place), "its destroy deleted the namespace");
      await site.cluster.kubectl("delete", "namespace", place, "--ignore-not-found");
    }
    recordFault({
      fault: "a namespace that another user created after the stack's preflight, also with upsertExistingObjects",
      holds: "refused before it creates anything; the namespace stays unchanged, even after the stack's destroy",
      measured: "refused once by the preflight, and again with upsertExistingObjects",
    });
  });

  it("leave nothing after a destroy that was killed once and lost the API server once", async () => {
    await killedAt(site, ["destroy"], hasNone("deployments"));
    await site.project.cancel();
    const { code, output } = await duringCommand(site, ["destroy"], hasNone("statefulsets"), () => proxy.cut());
    proxy.restore();
    assert.notEqual(code, 0);
    assert.match(output, /cluster is unreachable/);
    await site.project.destroy();
    await assertDestroyed(site);
    recordFault({
      fault:
        "pulumi destroy killed with -9 while it deleted the pods, and cut off from the API server while it deleted the claims",
      holds: "cancel after the kill, and destroy again: no object, claim or volume is left",
      measured: "1 kill, 1 cut",
    });
  });
});
