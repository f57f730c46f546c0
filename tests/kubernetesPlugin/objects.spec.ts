import * as assert from "node:assert/strict";
import { failure } from "../support/failure";
import { RulesProgram } from "./support/rulesProgram";

const configMap = (name: string, data: object) =>
  `new kubernetes.core.v1.ConfigMap("${name}", { metadata: { name: "${name}" }, data: ${JSON.stringify(data)} }, options);`;

const secret = (name: string, password: string) =>
  `new kubernetes.core.v1.Secret("${name}", { metadata: { name: "${name}" }, stringData: { password: "${password}" } }, options);`;

const statefulSet = (
  name: string,
  spec: string,
  annotations: object = {},
) => `new kubernetes.apps.v1.StatefulSet("${name}", {
  metadata: { name: "${name}", annotations: ${JSON.stringify(annotations)} },
  spec: { ...workload(), serviceName: "pods", replicas: 0, ${spec} },
}, options);`;

/** Each test uses its own names: the first `up` of the next test deletes the objects of the previous one. */
describe("Kubernetes plugin: objects", function () {
  this.timeout(10 * 60_000);
  let rules: RulesProgram;
  before(async () => {
    rules = await RulesProgram.start("plugin-objects");
  });
  after(async () => rules.stop());

  it("are created by POST: one that exists is refused, and adopted only with upsertExistingObjects", async () => {
    await rules.cluster.kubectl("--namespace", rules.namespace, "create", "configmap", "taken", "--from-literal=b=2");
    const taken = configMap("taken", { a: "1" });
    assert.match(await failure(rules.up(taken)), /configmaps "taken" already exists/);
    await rules.up(taken, { upsertExistingObjects: true });
    assert.deepEqual((await rules.object<{ data: object }>("configmap", "taken")).data, { a: "1", b: "2" });
  });

  it("are planned by the server: a preview creates nothing and refuses an invalid port", async () => {
    rules.change(secret("planned", "one"));
    await rules.program.preview();
    assert.ok(!(await rules.names("secrets")).includes("planned"));
    rules.change(
      `new kubernetes.core.v1.Service("s", { metadata: { name: "s" }, spec: { ports: [{ port: 700000 }] } }, options);`,
    );
    assert.match(await failure(rules.program.preview()), /must be between 1 and 65535/);
  });

  it("are changed by Server-Side Apply: a controller's label stays, kubectl's and a field that the program removed are deleted", async () => {
    await rules.up(configMap("applied", { a: "1", b: "1" }), { enableConfigMapMutable: true });
    const label = (...args: string[]) =>
      rules.cluster.kubectl("--namespace", rules.namespace, "label", "configmap", "applied", ...args);
    await label("added=by-hand", "--field-manager=controller");
    // The plugin takes over the fields of each manager whose name begins with kubectl.
    await label("edited=by-hand");
    await rules.up(configMap("applied", { a: "2" }), { enableConfigMapMutable: true });
    type Labelled = { data: object; metadata: { labels: object } };
    const { data, metadata } = await rules.object<Labelled>("configmap", "applied");
    assert.deepEqual([data, metadata.labels], [{ a: "2" }, { added: "by-hand" }]);
  });

  it("conflict with kubectl scale at the next update, unless they have pulumi.com/patchForce", async () => {
    const scaled = async (replicas: number, annotations: object = {}) =>
      rules.up(statefulSet("scaled", `replicas: ${replicas}`, { ...annotations, "pulumi.com/skipAwait": "true" }));
    await scaled(1);
    await rules.cluster.kubectl("--namespace", rules.namespace, "scale", "statefulset/scaled", "--replicas=2");
    assert.match(await failure(scaled(3)), /conflict with "kubectl"/);
    await scaled(3, { "pulumi.com/patchForce": "true" });
    assert.equal((await rules.object<{ spec: { replicas: number } }>("statefulset", "scaled")).spec.replicas, 3);
  });

  it("are replaced if a StatefulSet's claims, service or pod management change, and updated if its replicas change", async () => {
    const changed = {
      claims: [`volumeClaimTemplates: [claimTemplate("1Gi")]`, `volumeClaimTemplates: [claimTemplate("2Gi")]`],
      service: [`serviceName: "one"`, `serviceName: "two"`],
      management: [`podManagementPolicy: "OrderedReady"`, `podManagementPolicy: "Parallel"`],
      replicas: ["replicas: 0", "replicas: 1"],
    };
    const names = Object.keys(changed) as (keyof typeof changed)[];
    const all = (version: 0 | 1) => names.map((name) => statefulSet(name, changed[name][version] ?? "")).join("\n");
    const uids = () => Promise.all(names.map((name) => rules.uid("statefulset", name)));
    await rules.up(all(0));
    const before = await uids();
    const { changes } = await rules.up(all(1));
    const after = await uids();
    const replaced = names.filter((_, index) => before[index] !== after[index]);
    assert.deepEqual([changes.replace, changes.update], [3, 1]);
    assert.deepEqual(replaced, ["claims", "service", "management"]);
  });

  it("are replaced if the data of Secrets, ConfigMaps and classes change, unless the provider makes the first two mutable", async () => {
    const storageClass = (value: string) => `new kubernetes.storage.v1.StorageClass("class", {
      metadata: { name: "plugin-objects" }, provisioner: "example.com/none", parameters: { value: "${value}" },
    }, options);`;
    const all = (value: string, parameter: string) =>
      secret("passwords", value) + configMap("settings", { value }) + storageClass(parameter);
    const uids = () => Promise.all([rules.uid("secret", "passwords"), rules.uid("configmap", "settings")]);
    await rules.up(all("one", "one"));
    const [first, second] = await uids();
    const replaced = await rules.up(all("two", "two"));
    assert.equal(replaced.changes.replace, 3);
    const [secretUid, configUid] = await uids();
    assert.ok(secretUid !== first && configUid !== second);
    const mutable = { enableSecretMutable: true, enableConfigMapMutable: true };
    const updated = await rules.up(all("three", "two"), mutable);
    assert.equal(updated.changes.replace ?? 0, 0);
    assert.deepEqual(await uids(), [secretUid, configUid]);
    const { data } = await rules.object<{ data: { password: string } }>("secret", "passwords");
    assert.equal(Buffer.from(data.password, "base64").toString(), "three");
  });

  it("get a generated name if they have none, and then a replacement before they are deleted", async () => {
    const unnamed = (value: string) =>
      `new kubernetes.core.v1.ConfigMap("unnamed", { data: { value: "${value}" } }, options);`;
    await rules.up(unnamed("1"));
    const [first] = (await rules.names("configmaps")).filter((name) => name.startsWith("unnamed-"));
    assert.match(first ?? "", /^unnamed-[0-9a-f]{8}$/);
    const { steps } = await rules.up(unnamed("2"));
    assert.equal(steps.find(({ name }) => name === "unnamed")?.operation, "create-replacement");
    const [second, ...others] = (await rules.names("configmaps")).filter((name) => name.startsWith("unnamed-"));
    assert.notEqual(second, first);
    assert.deepEqual(others, []);
  });

  it("have no value of a Secret in plain text in the state", async () => {
    await rules.up(secret("hidden", "hush-hush-hush"));
    assert.ok(rules.program.resources().hidden);
    const encoded = Buffer.from("hush-hush-hush").toString("base64");
    for (const text of ["hush-hush-hush", encoded]) assert.ok(!rules.program.stateText().includes(text), text);
  });

  it("can be patches, which set a label of an existing node and remove it when they are deleted", async () => {
    const patch = (value: string) => `new kubernetes.core.v1.NodePatch("label", {
      metadata: { name: "k1", labels: { "plugin-objects": "${value}" } },
    }, options);`;
    const label = async () => {
      const { metadata } = await rules.object<{ metadata: { labels: Record<string, string> } }>("node", "k1");
      return [metadata.labels["plugin-objects"], metadata.labels["kubernetes.io/hostname"]];
    };
    await rules.up(patch("one"));
    assert.deepEqual(await label(), ["one", "k1"]);
    await rules.up(patch("two"));
    assert.deepEqual(await label(), ["two", "k1"]);
    await rules.up("");
    assert.deepEqual(await label(), [undefined, "k1"]);
  });

  it("are restored by refresh and up after manual changes and deletion", async () => {
    const mutable = { enableConfigMapMutable: true };
    await rules.up(configMap("seen", { a: "1" }), mutable);
    const merge = ["patch", "configmap", "seen", "--type=merge", '--patch={"data":{"a":"by hand"}}'];
    await rules.cluster.kubectl("--namespace", rules.namespace, ...merge, "--field-manager=kubectl");
    await rules.program.refresh();
    assert.equal((await rules.program.up()).changes.update, 1);
    assert.deepEqual((await rules.object<{ data: object }>("configmap", "seen")).data, { a: "1" });
    await rules.cluster.kubectl("--namespace", rules.namespace, "delete", "configmap", "seen");
    await rules.program.refresh();
    assert.equal((await rules.program.up()).changes.create, 1);
  });

  it("are not changed by a second up", async () => {
    const source =
      configMap("same", { a: "1" }) +
      secret("same-secret", "one") +
      statefulSet("same-pods", `replicas: 0, volumeClaimTemplates: [claimTemplate("1024Mi")]`);
    await rules.up(source);
    await rules.program.refresh();
    const { changes } = await rules.program.up();
    assert.deepEqual(Object.keys(changes), ["same"]);
  });

  it("cannot be created on a cluster that refuses connections, which the message calls unreachable", async () => {
    const kubeconfig = JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "gone", cluster: { server: "http://127.0.0.1:9" } }],
      contexts: [{ name: "lab", context: { cluster: "gone", user: "none" } }],
      users: [{ name: "none", user: {} }],
    });
    assert.match(await failure(rules.up(configMap("away", { a: "1" }), { kubeconfig })), /cluster is unreachable/);
  });
});
