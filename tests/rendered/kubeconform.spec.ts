import * as assert from "node:assert/strict";
import { record } from "../support/reliability";
import { conformity, foreignKinds } from "./support/kubeconform";
import { changed, type KubernetesObject, objectsOf, renderedStacks } from "./support/objects";

const kindOf = ({ apiVersion, kind }: KubernetesObject) => `${apiVersion}/${kind}`;

describe("kubeconform of a stack's objects", () => {
  let count = 0;
  for (const stack of renderedStacks) {
    it(`validates all objects of ${stack}, except those of custom kinds`, async () => {
      const objects = await objectsOf(stack);
      const isForeign = (object: KubernetesObject) => foreignKinds.includes(kindOf(object));
      const names = (foreign: boolean) =>
        [...objects].filter(([, object]) => isForeign(object) === foreign).map(([name]) => name);
      assert.ok(names(false).length > 10, `${names(false).length} objects`);
      assert.deepEqual(await conformity(objects), {
        ...{ valid: names(false).sort(), skipped: names(true).sort(), problems: {} },
      });
      count += names(false).length;
    });
  }

  it("skips only custom kinds that the stack openebs has", async () => {
    const kinds = [...(await objectsOf("openebs")).values()].map(kindOf);
    assert.deepEqual(
      foreignKinds.filter((kind) => !kinds.includes(kind)),
      [],
    );
    record("Security", {
      fault: `the objects of the stacks ${renderedStacks.join(", ")} under kubeconform, strictly`,
      holds: "all objects are valid; only those of custom kinds are skipped",
      measured: `${count} objects, ${foreignKinds.length} custom kinds`,
    });
  });

  describe("check", () => {
    const pods = "wordpress-shared-pods";
    const container = ["spec", "template", "spec", "containers", 0];
    for (const [wrong, name, steps, value, problem] of [
      ["a field that does not exist", pods, [...container, "imagePulPolicy"], "Always", /'imagePulPolicy' not allowed/],
      ["a field that does not exist in the object itself", pods, ["specs"], {}, /'specs' not allowed/],
      ["a text for a number", pods, ["spec", "replicas"], "three", /got string, want integer/],
      ["a number for a text", "mariadb-config", ["data", "port"], 3306, /got number, want string/],
      ["a field that is missing", pods, ["spec", "selector"], undefined, /missing property 'selector'/],
      ["an API group that does not exist", pods, ["apiVersion"], "app/v1", /could not find schema for Deployment/],
      ["a custom kind's other version", "storage-pools-k0", ["apiVersion"], "openebs.io/v1", /could not find schema/],
    ] as const) {
      it(`finds ${wrong}`, async () => {
        const { problems } = await conformity(changed(await objectsOf("openebs"), name, steps, value));
        assert.deepEqual(Object.keys(problems), [name]);
        assert.match(problems[name] ?? "", problem);
      });
    }

    it("accepts a port or an amount that Kubernetes takes as a number or a text", async () => {
      const port = changed(await objectsOf("openebs"), "wordpress-service", ["spec", "ports", 0, "targetPort"], 80);
      const cpu = changed(port, pods, [...container, "resources", "limits", "cpu"], 2);
      assert.deepEqual((await conformity(cpu)).problems, {});
    });
  });
});
