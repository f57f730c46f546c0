import * as assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { explain, readWorkload } from "../../components/cluster/diagnosis";
import { Kubectl } from "../../components/cluster/kubectl";
import { labPaths } from "../../lab/support/paths";
import { failure } from "../support/failure";
import { LabSite } from "./support/labSite";

const others = "somebody-else";
const namespace = "refused";
const nodePort = 30027;

describe("what pulumi up refuses on a real cluster, and how it explains", function () {
  this.timeout(180_000);
  let site: LabSite;
  before(async () => {
    site = await LabSite.start({ namespace, nodePort });
    await site.cluster.kubectl("create", "namespace", others);
  });
  after(async () => {
    await site.cluster.kubectl("delete", "namespace", others, namespace, "--ignore-not-found");
    await site.stop();
  });

  it("everything that is in the way comes in one message, with the key to change, and nothing is made", async () => {
    const { cluster, project } = site;
    await cluster.kubectl("create", "namespace", namespace);
    const service = ["create", "service", "nodeport", "taken", "--tcp=80:80", `--node-port=${nodePort}`];
    await cluster.kubectl("--namespace", others, ...service);
    await project.configure({ "storage.className": "none-such" });
    const message = await failure(project.up());
    assert.match(message, /Nothing was changed\. 3 .*to be mended first/);
    assert.match(message, /namespace: "refused" exists and is not this stack's.*pulumi config set namespace/);
    assert.match(
      message,
      /wordpressNodePort: 30027 is taken by the Service somebody-else\/taken.*config set wordpressNodePort \d+/,
    );
    assert.match(
      message,
      /storage\.className: "none-such" is no storage class.*the cluster has fixed, .*shared, standard/,
    );
    assert.deepEqual(await cluster.names("statefulsets,secrets,services", namespace), []);
    await cluster.kubectl("delete", "namespace", namespace);
    await project.pulumi("config", "rm", "--path", "storage.className");
  });

  it("a context that the kubeconfig lacks is named with those that it has", async () => {
    await site.project.configure({ "kubernetes:context": "elsewhere" });
    assert.match(
      await failure(site.project.up()),
      /kubernetes:context: "elsewhere" is not in the kubeconfig; it has lab;/,
    );
    await site.project.configure({ "kubernetes:context": "lab" });
  });

  it("a workload that does not come up is explained by the cluster's own reasons", async () => {
    const { cluster } = site;
    const pod = (name: string, spec: object) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, labels: { app: "broken" } },
      spec: { terminationGracePeriodSeconds: 1, ...spec },
    });
    const container = { name: "c", image: "registry.k8s.io/pause:3.10" };
    const items = [
      pod("no-image", { containers: [{ ...container, image: "wordpress:0.0-none" }] }),
      pod("no-probe", {
        containers: [
          { ...container, readinessProbe: { httpGet: { port: 80, path: "/wp-login.php" }, periodSeconds: 1 } },
        ],
      }),
      pod("no-room", { containers: [{ ...container, resources: { requests: { memory: "4Ti" } } }] }),
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: "data-broken-0" },
        spec: {
          storageClassName: "none-such",
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage: "1Gi" } },
        },
      },
    ];
    await cluster.apply(JSON.stringify({ apiVersion: "v1", kind: "List", items }), "--namespace", others);
    const kubectl = new Kubectl({ kubeconfig: labPaths.kubeconfig, context: "lab" });
    const wanted = [
      /^claim data-broken-0 has no volume \(storage class "none-such"\): storageclass.*"none-such" not found/,
      /^pod no-image cannot get the image "wordpress:0\.0-none" \((ErrImagePull|ImagePullBackOff)\)/,
      /^pod no-probe is not ready; the cluster says: Readiness probe failed/,
      /^pod no-room has no node: 0\/\d nodes are available: .*3 Insufficient memory/,
    ];
    let reasons: string[] = [];
    for (let second = 0; second < 60; second++) {
      reasons = explain(await readWorkload(kubectl, { namespace: others, kind: "StatefulSet", app: "broken" }));
      if (wanted.every((pattern) => reasons.some((reason) => pattern.test(reason)))) break;
      await wait(1000);
    }
    for (const pattern of wanted)
      assert.ok(
        reasons.some((reason) => pattern.test(reason)),
        `${pattern} in:\n${reasons.join("\n")}`,
      );
    assert.match(reasons[0] ?? "", /^claim /);
  });
});
