import * as assert from "node:assert/strict";
import { recordFault } from "../support/reliability";
import { timed } from "../support/timed";
import { assertDestroyed } from "./support/convergence";
import { LabSite } from "./support/labSite";
import { sharedPlace, sitePods } from "./support/sharedSite";
import { comparableObjects } from "./support/comparableObjects";

const namespace = "by-hand";

describe("pulumi refresh and up after changes by hand", function () {
  this.timeout(15 * 60_000);
  let site: LabSite;
  /** Fields of the objects that the program created. */
  let asMade: Record<string, unknown>;

  before(async () => {
    site = await LabSite.start(sharedPlace(namespace, 30107, { wordpressReplicas: 2 }));
    await site.project.up();
    await site.rows("insert into wp_options (option_name, option_value) values ('by_hand', 'kept')");
    asMade = await comparableObjects(site);
  });
  after(() => site?.stop());

  const kubectl = (...args: string[]) => site.cluster.kubectl("--namespace", namespace, ...args);
  const patch = (object: string, change: object) =>
    kubectl("patch", ...object.split("/"), "--type=merge", `--patch=${JSON.stringify(change)}`);
  /** As docs/how-to/undo-changes-by-hand.md says. @returns what `up` had to do, and the seconds of both commands */
  const putBack = async () => {
    const { result, seconds } = await timed(async () => {
      await site.project.refresh();
      return site.project.up();
    });
    return { done: result.changes, seconds };
  };
  const assertAsMade = async () => {
    await kubectl("rollout", "status", "deployment/wordpress", "--timeout=360s");
    assert.deepEqual(await comparableObjects(site), asMade);
    assert.equal(await site.status(), 200);
    assert.equal((await sitePods(site)).length, 2);
    assert.equal((await site.rows("select option_value from wp_options where option_name = 'by_hand'")).trim(), "kept");
  };

  it("restore the pods of a site and a database that were scaled, with the data and without a conflict", async () => {
    await kubectl("scale", "deployment", "wordpress", "--replicas=1");
    await kubectl("scale", "statefulset", "mariadb", "--replicas=0");
    await kubectl("wait", "pod/mariadb-0", "--for=delete", "--timeout=360s");
    const { done, seconds } = await putBack();
    await assertAsMade();
    assert.equal(done.update, 2);
    const fault = "kubectl scale of the site to 1 pod and of the database to 0";
    const holds = "after refresh and up: no conflict, the configured pods, no lost data";
    recordFault({ fault, holds, measured: `2 objects restored in ${seconds} s` });
  });

  it("restore every edited field to the program's value", async () => {
    await kubectl("set", "image", "deployment/wordpress", "wordpress=wordpress:6.8-php8.4-apache");
    await kubectl("set", "resources", "statefulset/mariadb", "--limits=memory=600Mi");
    // Not its NodePort: Kubernetes reconciles NodePorts every three minutes, and may then treat a new one as free and the previous one as used.
    await patch("service/wordpress", { spec: { ports: [{ port: 80, nodePort: 30107, targetPort: 9999 }] } });
    await patch("networkpolicy/mariadb", { spec: { ingress: [{}] } });
    await patch("poddisruptionbudget/wordpress", { spec: { maxUnavailable: 0 } });
    await patch("configmap/mariadb", { data: { database: "other" } });
    await patch("secret/mariadb", { data: { password: Buffer.from("other").toString("base64") } });
    await patch("cronjob/wordpress-cron", { spec: { suspend: true, schedule: "0 0 * * *" } });
    await patch("serviceaccount/mariadb", { automountServiceAccountToken: true });
    await patch(`namespace/${namespace}`, {
      metadata: { labels: { "pod-security.kubernetes.io/enforce": "privileged" } },
    });
    const { done, seconds } = await putBack();
    await assertAsMade();
    assert.equal(done.update, 10);
    const fault =
      "10 kinds of objects edited by hand: image, limits, target port, policy, budget, ConfigMap, Secret, schedule, …";
    const holds = "after refresh and up: every field as in the program, no lost data";
    recordFault({ fault, holds, measured: `10 objects restored in ${seconds} s` });
  });

  it("recreate all objects but the claims, with the same passwords and the same data", async () => {
    const objects = Object.keys(asMade).filter((name) => !/^(Namespace|PersistentVolumeClaim)\//.test(name));
    await kubectl("delete", ...objects);
    const { done, seconds } = await putBack();
    await assertAsMade();
    assert.equal(done.create, objects.length);
    const fault = "all objects of the namespace but the claims deleted by hand";
    const holds = "refresh and up recreate them: same passwords, same claims, no lost data";
    recordFault({ fault, holds, measured: `${objects.length} objects recreated in ${seconds} s` });
  });

  it("leave a field that kubectl added until the next update of that object removes it", async () => {
    await kubectl("set", "env", "deployment/wordpress", "ADDED=1");
    await kubectl("rollout", "status", "deployment/wordpress", "--timeout=360s");
    assert.deepEqual(Object.keys((await putBack()).done), ["same"]);
    const managers = await kubectl("get", "deployment", "wordpress", "--show-managed-fields", "--output=yaml");
    assert.match(managers, /manager: kubectl-set/);
    await site.project.configure({ wordpressReplicas: "1" });
    await site.project.up();
    assert.doesNotMatch(await kubectl("get", "deployment", "wordpress", "--output=yaml"), /ADDED/);
    await site.project.configure({ wordpressReplicas: "2" });
    await site.project.up();
    await assertAsMade();
  });

  it("are not needed before pulumi destroy, which deletes the pod of a StatefulSet that was deleted with --cascade=orphan", async () => {
    await kubectl("delete", "statefulset", "mariadb", "--cascade=orphan");
    const { seconds } = await timed(() => site.project.destroy());
    await assertDestroyed(site);
    const fault = "the database's StatefulSet deleted by hand without its pod, then pulumi destroy";
    recordFault({ fault, holds: "no pod, claim or volume is left", measured: `deleted in ${seconds} s` });
  });
});
