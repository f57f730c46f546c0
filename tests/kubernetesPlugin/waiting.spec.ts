import * as assert from "node:assert/strict";
import { failure } from "../support/failure";
import { timed } from "../support/timed";
import { slack } from "../support/until";
import { RulesProgram } from "./support/rulesProgram";

const pods = (kind: "StatefulSet" | "Deployment" | "DaemonSet", more = "{}", options = "options", name = "pods") => `
new kubernetes.apps.v1.${kind}("${kind}-${name}", {
  metadata: { name: "${name}" },
  spec: { ...workload(${more}), ${kind === "DaemonSet" ? "replicas: undefined," : ""} ${kind === "StatefulSet" ? `serviceName: "pods", podManagementPolicy: "Parallel"` : ""} },
}, ${options});`;

/** A probe of a port without a listener. */
const neverReady = `{ readinessProbe: { tcpSocket: { port: 81 }, periodSeconds: 1 } }`;

/** Each test uses its own names where they matter: the first `up` of the next test deletes the objects of the previous one. */
describe("Kubernetes plugin: waiting", function () {
  this.timeout(10 * 60_000);
  let rules: RulesProgram;
  before(async () => {
    rules = await RulesProgram.start("plugin-waiting");
  });
  after(async () => rules.stop());

  const readyPods = async () => {
    const { items } = await rules.cluster.json<{
      items: { status: { conditions?: { type: string; status: string }[] } }[];
    }>("get", "pods", "--namespace", rules.namespace);
    return items.filter(({ status }) =>
      status.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
    );
  };

  it("makes up return when all pods of the workloads are ready, and destroy when they are deleted", async () => {
    await rules.up((["StatefulSet", "Deployment", "DaemonSet"] as const).map((kind) => pods(kind)).join("\n"));
    assert.equal((await readyPods()).length, 1 + 1 + 3);
    await rules.program.destroy();
    assert.deepEqual(await rules.names("pods"), []);
  });

  it("makes up return after an update when the old pods are replaced", async () => {
    await rules.up(pods("StatefulSet"));
    await rules.up(pods("StatefulSet", `{ env: [{ name: "NEW", value: "yes" }] }`));
    const { items } = await rules.cluster.json<{ items: { spec: { containers: { env?: object[] }[] } }[] }>(
      ...["get", "pods", "--namespace", rules.namespace],
    );
    assert.deepEqual(
      items.map(({ spec }) => spec.containers[0]?.env?.length),
      [1],
    );
  });

  it("fails at the timeout of a workload that is not ready, names the pod, and continues at the next up", async () => {
    const limited = `{ ...options, customTimeouts: { create: "8s", update: "60s" } }`;
    const up = () => rules.up(pods("StatefulSet", neverReady, limited, "slow"));
    const { result: message, seconds } = await timed(() => failure(up()));
    assert.ok(seconds >= 8 && seconds <= 90 * slack, `it took ${seconds} s`);
    assert.match(message, /'slow' timed out waiting to be Ready/);
    assert.match(message, /0 out of 1 replicas succeeded readiness checks/);
    assert.match(message, /\[Pod plugin-waiting\/slow-0\]/);
    const uid = await rules.uid("statefulset", "slow");
    const { changes } = await rules.up(pods("StatefulSet", "{}", limited, "slow"));
    assert.equal(changes.update, 1);
    assert.equal(await rules.uid("statefulset", "slow"), uid);
  });

  it("names a missing image with the cluster's reason", async () => {
    const source = pods(
      "Deployment",
      `{ image: "example.invalid/none:1" }`,
      `{ ...options, customTimeouts: { create: "10s" } }`,
    );
    assert.match(await failure(rules.up(source)), /(ErrImagePull|ImagePullBackOff)\].*example\.invalid\/none:1/);
  });

  it("is skipped with pulumi.com/skipAwait", async () => {
    await rules.up(
      pods("StatefulSet", neverReady).replace(
        `name: "pods" }`,
        `name: "pods", annotations: { "pulumi.com/skipAwait": "true" } }`,
      ),
    );
    assert.deepEqual(await readyPods(), []);
  });

  it("lasts until a Service's endpoints have settled, and is skipped for a headless Service", async () => {
    const service = (name: string, clusterIP = "") => `new kubernetes.core.v1.Service("${name}", {
      metadata: { name: "${name}" }, spec: { ${clusterIP} selector: { app: "none" }, ports: [{ port: 80 }] },
    }, options);`;
    const { steps } = await rules.up(service("settling") + service("headless", `clusterIP: "None",`));
    const seconds = (service: string) => steps.find(({ name }) => name === service)?.seconds ?? NaN;
    const [settling, headless] = [seconds("settling"), seconds("headless")];
    // 10 s, minus rounding at both ends: the log has whole seconds. A busy machine cannot make it shorter.
    assert.ok(settling >= 9, `${settling} s with an address`);
    assert.ok(headless < 9, `${headless} s without one`);
  });

  it("lasts until a claim is bound, unless its class waits for the first pod", async () => {
    const claim = (name: string) => `new kubernetes.core.v1.PersistentVolumeClaim("${name}", {
      metadata: { name: "${name}" },
      spec: { storageClassName: "${name}", accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    }, options);`;
    await rules.up(claim("shared") + claim("standard"));
    const phase = async (name: string) => (await rules.object<{ status: { phase: string } }>("pvc", name)).status.phase;
    assert.deepEqual([await phase("shared"), await phase("standard")], ["Bound", "Pending"]);
  });

  it("lasts until a Job is complete, and reports why one failed", async () => {
    const job = (name: string, image: string, deadline: number) => `new kubernetes.batch.v1.Job("${name}", {
      metadata: { name: "${name}" },
      spec: {
        backoffLimit: 0, activeDeadlineSeconds: ${deadline},
        template: { spec: { restartPolicy: "Never", containers: [${image}] } },
      },
    }, options);`;
    const image = `{ name: "php", image: "wordpress:7.1-php8.4-apache", command: ["php", "-r", "exit(0);"] }`;
    const message = await failure(rules.up(job("ends", image, 60) + job("fails", "container", 2)));
    assert.match(message, /DeadlineExceeded/);
    const { status } = await rules.object<{ status: { succeeded: number } }>("job", "ends");
    assert.equal(status.succeeded, 1);
    assert.equal(rules.program.resources().ends?.id, `${rules.namespace}/ends`);
  });

  it("lasts until the condition of pulumi.com/waitFor holds, and fails at the timeout if it does not", async () => {
    const namespace = (phase: string) => `new kubernetes.core.v1.Namespace("${phase}", {
      metadata: {
        name: "plugin-waiting-${phase.toLowerCase()}",
        annotations: { "pulumi.com/waitFor": "jsonpath={.status.phase}=${phase}" },
      },
    }, { ...options, customTimeouts: { create: "4s" } });`;
    const message = await failure(rules.up(namespace("Active") + namespace("Asleep")));
    assert.match(message, /Namespace Asleep \*\*creating failed\*\*[^]*timed out waiting for the condition/);
  });

  it("retries an object whose namespace or definition is created 3 s later", async () => {
    const definition = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "rules.example.com" },
      spec: {
        group: "example.com",
        scope: "Cluster",
        names: { kind: "Rule", plural: "rules" },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
          },
        ],
      },
    };
    rules.change(`
      new kubernetes.core.v1.ConfigMap("later", { metadata: { name: "later", namespace: "plugin-waiting-later" } }, options);
      new kubernetes.apiextensions.CustomResource("rule", { apiVersion: "example.com/v1", kind: "Rule", metadata: { name: "r" } }, options);
    `);
    const up = rules.program.up();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await rules.cluster.kubectl("create", "namespace", "plugin-waiting-later");
    await rules.cluster.apply(JSON.stringify(definition));
    assert.equal((await up).changes.create, 2);
    await rules.program.destroy();
    await rules.cluster.kubectl("delete", "namespace/plugin-waiting-later", "crd/rules.example.com");
  });

  it("lets destroy fail at the timeout of a finalizer, and keeps the object in the state", async () => {
    const held = `new kubernetes.core.v1.ConfigMap("held", {
      metadata: { name: "held", finalizers: ["example.com/held"] },
    }, { ...options, customTimeouts: { delete: "3s" } });`;
    await rules.up(held);
    const { result, seconds } = await timed(() => failure(rules.program.destroy()));
    assert.match(result, /timed out waiting for the condition/);
    assert.ok(seconds >= 3 && seconds <= 30 * slack, `it took ${seconds} s`);
    assert.ok(rules.program.resources().held);
    const release = ["patch", "configmap", "held", "--type=merge", '--patch={"metadata":{"finalizers":null}}'];
    await rules.cluster.kubectl("--namespace", rules.namespace, ...release);
    await rules.program.destroy();
    assert.equal(rules.program.resources().held, undefined);
  });

  it("lets destroy succeed if an object was deleted manually", async () => {
    await rules.up(`new kubernetes.core.v1.ConfigMap("gone", { metadata: { name: "gone" } }, options);`);
    await rules.cluster.kubectl("--namespace", rules.namespace, "delete", "configmap", "gone");
    await rules.program.destroy();
    assert.equal(rules.program.resources().gone, undefined);
  });
});
