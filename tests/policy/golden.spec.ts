import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { JudgedResource } from "../../policy/resource";
import { rules } from "../../policy/rules";
import { loadSettings } from "../../stacks/settings";
import { deploy } from "../../stacks/wordpress";
import { goldenFile } from "../support/golden";
import { answers, type Registered, registeredBy } from "../support/mocks";
import { isSecret, unwrapped } from "../support/properties";
import { findingsOf } from "./support/judging";

/** What breaks a mandatory rule and may, as `rule name`, with the reason. One that is not needed any more fails too. */
const exceptions: Readonly<Record<string, string>> = {};

interface NamedResource {
  readonly name: string;
  readonly resource: JudgedResource;
}

describe("policy: the resources of the stacks", () => {
  for (const stack of ["dev", "production"]) {
    it(`${stack} break no mandatory rule, but for the exceptions`, () => {
      assert.deepEqual(broken(golden(stack)), Object.keys(exceptions).sort());
    });
  }

  it("with content perPod break none either", async () => {
    const config = { "kubernetes:context": "golden", "wordpress:content": "perPod" };
    const registered = await registeredBy(() => {
      pulumi.runtime.setAllConfig(config);
      deploy(loadSettings());
    }, answers);
    pulumi.runtime.setAllConfig({});
    assert.deepEqual(broken(registered.map((resource) => named(resource, "dev"))), Object.keys(exceptions).sort());
  });

  it("dev would break retain-in-production by each claim and namespace if it were production", () => {
    const resources = golden("dev").map(({ name, resource }) => ({
      name,
      resource: { ...resource, stack: "production" },
    }));
    assert.deepEqual(broken(resources), [
      "retain-in-production namespace",
      "retain-in-production wordpress-shared-content-claim",
    ]);
  });
});

/** What breaks a mandatory rule, as `rule name`. */
function broken(resources: readonly NamedResource[]): string[] {
  const mandatory = rules.filter(({ enforcementLevel }) => enforcementLevel === "mandatory");
  const found = resources.flatMap(({ name, resource }) =>
    mandatory.filter((rule) => findingsOf(rule, resource).length > 0).map((rule) => `${rule.name} ${name}`),
  );
  return found.sort();
}

/** What the expectation of a stack holds. */
function golden(stack: string): NamedResource[] {
  const registered = JSON.parse(fs.readFileSync(goldenFile(stack), "utf8")) as Registered[];
  return registered.map((resource) => named(resource, stack));
}

/** A resource as a policy is told of it: without the marks of secrets. */
function named({ type, name, inputs, protect }: Registered, stack: string): NamedResource {
  const fields = Object.entries(inputs);
  const secretOutputs = fields.filter(([, value]) => isSecret(value)).map(([field]) => field);
  const plain = fields.map(([field, value]) => [field, isSecret(value) ? unwrapped(value) : value] as const);
  return { name, resource: { type, stack, inputs: Object.fromEntries(plain), protect, secretOutputs } };
}
