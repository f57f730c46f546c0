import * as assert from "node:assert/strict";
import type { Kubectl } from "../../components/cluster/kubectl";
import { missingRights } from "../../components/cluster/rights";

interface Attributes {
  readonly verb: string;
  readonly resource: string;
  readonly group: string;
  readonly namespace?: string;
}

/** A cluster that allows what the function says, and remembers what it was asked. */
function smallCluster(allows: (attributes: Attributes) => boolean) {
  const asked: Attributes[] = [];
  const kubectl = {
    run: (_: readonly string[], input: string) => {
      const { items } = JSON.parse(input) as { items: { spec: { resourceAttributes: Attributes } }[] };
      asked.push(...items.map(({ spec }) => spec.resourceAttributes));
      return Promise.resolve(asked.map((attributes) => `${allows(attributes)}\n`).join(""));
    },
  } as unknown as Kubectl;
  return { kubectl, asked };
}

describe("the rights of the context's user", () => {
  it("are enough where all is allowed", async () => {
    assert.deepEqual(await missingRights(smallCluster(() => true).kubectl, { namespace: "blog" }), []);
  });

  it("that are missing are named by resource, with group and namespace", async () => {
    const { kubectl } = smallCluster(
      ({ verb, resource }) => resource !== "nodes" && !(resource === "statefulsets" && verb !== "get"),
    );
    assert.deepEqual(await missingRights(kubectl, { namespace: "blog" }), [
      "list nodes",
      "list, watch, create, patch, delete statefulsets.apps in namespace blog",
    ]);
  });

  it("are asked for in the stack's own namespace, where the resource has one", async () => {
    const { kubectl, asked } = smallCluster(() => true);
    await missingRights(kubectl, { namespace: "blog" });
    const everywhere = asked.filter(({ namespace }) => namespace === undefined).map(({ resource }) => resource);
    const expected = ["namespaces", "services", "storageclasses", "nodes", "persistentvolumes"];
    assert.deepEqual([...new Set(everywhere)], expected);
  });

  it("have a watch on everything that the provider waits for", async () => {
    const { kubectl, asked } = smallCluster(() => true);
    await missingRights(kubectl, { namespace: "blog" });
    const watched = asked.filter(({ verb }) => verb === "watch").map(({ resource }) => resource);
    const expected = ["configmaps", "events", "namespaces", "pods", "secrets", "services", "statefulsets"];
    assert.deepEqual(watched.sort(), expected);
  });

  it("are more where the stack installs OpenEBS, each verb named once", async () => {
    const openEbs = {};
    const { kubectl } = smallCluster(({ resource }) => !["storageclasses", "nodes", "diskpools"].includes(resource));
    assert.deepEqual(await missingRights(kubectl, { namespace: "blog", openEbs }), [
      "list, get, watch, create, patch, delete storageclasses.storage.k8s.io",
      "list, patch nodes",
      "get, list, watch, create, patch, delete diskpools.openebs.io",
    ]);
  });
});
