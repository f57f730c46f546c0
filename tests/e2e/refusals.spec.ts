import * as assert from "node:assert/strict";
import * as net from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { explain, readWorkload } from "../../components/diagnostics/workload";
import { Kubectl } from "../../components/kubectl/client";
import { labPaths } from "../../lab/support/paths";
import { failure } from "../support/failure";
import { recordFault } from "../support/reliability";
import { sitePermissions } from "../support/sitePermissions";
import { timed } from "../support/timed";
import { slack } from "../support/until";
import { type KubeconfigChange, writeKubeconfig } from "./support/labKubeconfig";
import { LabSite } from "./support/labSite";

const others = "other-user";
const namespace = "refused";
const nodePort = 30027;

describe("refused and failed pulumi up on a real cluster", function () {
  this.timeout(10 * 60_000);
  let site: LabSite;
  before(async () => {
    site = await LabSite.start({ namespace, nodePort });
    await site.cluster.kubectl("create", "namespace", others);
  });
  after(async () => {
    await site.stop();
    await site.cluster.kubectl("delete", "namespace", others, namespace, "--ignore-not-found");
  });

  it("names three problems in one message, each with the key to change, and creates nothing", async () => {
    const { cluster, project } = site;
    await cluster.kubectl("create", "namespace", namespace);
    const service = ["create", "service", "nodeport", "taken", "--tcp=80:80", `--node-port=${nodePort}`];
    await cluster.kubectl("--namespace", others, ...service);
    await project.configure({ "storage.className": "none-such" });
    const message = await failure(project.up());
    assert.match(message, /Preflight failed \(3 findings\); nothing was changed:/);
    assert.match(message, /namespace: "refused" exists and is not this stack's.*pulumi config set namespace/);
    assert.match(
      message,
      /wordpressNodePort: 30027 is used by the Service other-user\/taken.*config set wordpressNodePort \d+/,
    );
    assert.match(
      message,
      /storage\.className: "none-such" is no storage class.*the cluster has fixed, .*shared, standard/,
    );
    assert.deepEqual(await cluster.names("statefulsets,secrets,services", namespace), []);
    await cluster.kubectl("delete", "namespace", namespace);
    await project.pulumi("config", "rm", "--path", "storage.className");
  });

  /** Runs an `up` with another kubeconfig, which must fail and create nothing. @returns its output and duration in seconds */
  const failingWith = async (change: KubeconfigChange) => {
    const file = site.project.inFolder(".kubeconfig");
    writeKubeconfig(file, change);
    site.project.environment.KUBECONFIG = file;
    const { result: output, seconds } = await timed(() => failure(site.project.up()));
    site.project.environment.KUBECONFIG = labPaths.kubeconfig;
    assert.ok(!(await site.cluster.names("namespaces")).includes(namespace), "the namespace was created");
    return { output, seconds };
  };

  it("names an unreachable cluster with its address within 30 s, with the command to use another one", async () => {
    const { output, seconds } = await failingWith({ server: "https://127.0.0.1:9" });
    assert.ok(seconds <= 30 * slack, `it took ${seconds} s`);
    assert.match(output, /the cluster "lab" \(https:\/\/127\.0\.0\.1:9\) does not answer: .*refused/);
    assert.match(
      output,
      /Nothing was changed\. Start it, or use another context: pulumi config set kubernetes:context/,
    );
    recordFault({
      fault: "a cluster that cannot be reached",
      holds: "up fails, names the cluster with its address and the remedy; it creates nothing",
      measured: `ended after ${seconds} s`,
    });
  });

  it("names a cluster that accepts connections and does not respond within 90 s, with its address", async () => {
    const silent = net.createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as net.AddressInfo;
    const { output, seconds } = await failingWith({ server: `https://127.0.0.1:${port}` });
    silent.close();
    assert.ok(seconds <= 90 * slack, `it took ${seconds} s`);
    assert.match(output, new RegExp(`the cluster "lab" \\(https://127\\.0\\.0\\.1:${port}\\) does not answer: `));
    recordFault({
      fault: "a cluster that accepts connections and does not answer",
      holds: "up fails, names the cluster with its address and the remedy; it creates nothing",
      measured: `ended after ${seconds} s`,
    });
  });

  it("names all permissions that the user lacks", async () => {
    const { cluster } = site;
    await cluster.kubectl("--namespace", others, "create", "serviceaccount", "visitor");
    const stranger = (await cluster.kubectl("--namespace", others, "create", "token", "visitor")).trim();
    const named = (output: string) =>
      /the user of "lab" may not (.*); grant these permissions/.exec(output)?.[1]?.split("; ");
    assert.deepEqual(named((await failingWith({ token: stranger })).output), sitePermissions(namespace));
    const role = ["clusterrolebinding", "refused-visitor"];
    await cluster.kubectl("create", ...role, "--clusterrole=view", `--serviceaccount=${others}:visitor`);
    const token = (await cluster.kubectl("--namespace", others, "create", "token", "visitor")).trim();
    const { output, seconds } = await failingWith({ token });
    await cluster.kubectl("delete", ...role);
    // The role `view` permits most reads.
    const own = (permissions: readonly string[]) => permissions.map((text) => `${text} in namespace ${namespace}`);
    const write = "create, patch, delete";
    assert.deepEqual(named(output), [
      `${write} namespaces`,
      "list storageclasses.storage.k8s.io",
      "list nodes",
      "list persistentvolumes",
      ...own([
        `get, list, watch, ${write} secrets`,
        `${write} configmaps`,
        `${write} services`,
        `${write} serviceaccounts`,
        `${write} networkpolicies.networking.k8s.io`,
        `${write} poddisruptionbudgets.policy`,
        `${write} statefulsets.apps`,
        "patch, delete persistentvolumeclaims",
        "get, create pods/exec",
        "delete pods",
      ]),
    ]);
    recordFault({
      fault: "no permissions on the cluster",
      holds: "up fails and names every missing permission; it creates nothing",
      measured: `ended after ${seconds} s`,
    });
  });

  it("names a context that is missing in the kubeconfig, and the contexts that exist", async () => {
    await site.project.configure({ "kubernetes:context": "elsewhere" });
    assert.match(
      await failure(site.project.up()),
      /kubernetes:context: "elsewhere" is not in the kubeconfig; it has lab;/,
    );
    await site.project.configure({ "kubernetes:context": "lab" });
  });

  it("explains a workload that is not ready by the cluster's own reasons", async () => {
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
      pod("no-memory", {
        containers: [
          {
            ...container,
            image: "wordpress:7.1-php8.4-apache",
            command: ["php", "-d", "memory_limit=-1", "-r", "str_repeat('x', 1 << 28);"],
            resources: { limits: { memory: "32Mi" } },
          },
        ],
      }),
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
      /^pod no-image on node k\d cannot pull the image "wordpress:0\.0-none" \((ErrImagePull|ImagePullBackOff)\)/,
      /^pod no-memory on node k\d container c ran out of memory/,
      /^pod no-probe on node k\d is not ready; the cluster says: Readiness probe failed/,
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
    recordFault({
      fault:
        "a node without free resources, a container out of memory, a missing image, a missing class, a failing probe",
      holds: "each pod and claim is named with the cluster's own reason",
      measured: `${wanted.length} reasons`,
    });
  });

  it("succeeds once all three problems are fixed", async () => {
    await site.cluster.kubectl("--namespace", others, "delete", "service", "taken");
    await site.project.up();
    // Redirects to WordPress's installer, as in the tutorial.
    assert.equal(await site.status(), 302);
    recordFault({
      fault: "a NodePort in use, a storage class that does not exist, and a namespace of another user, all at once",
      holds:
        "up fails before it creates anything, with one message that names all three and the keys to change; after the fix, up continues",
      measured: "3 findings",
    });
  });
});
