import * as assert from "node:assert/strict";
import { kindOf } from "../../policy/resource";
import type { Rule } from "../../policy/rule";
import { rules } from "../../policy/rules";
import { type Changeable, changes } from "./support/changes";
import { findingsOf } from "./support/policyResources";
import { allResources, type NamedResource, programResources, programStacks } from "./support/program";

describe("policy: resources of the program", function () {
  this.timeout(5 * 60_000);
  for (const stack of programStacks) {
    it(`break no mandatory rule in the stack: ${stack}`, async () => {
      const resources = await programResources(stack);
      assert.ok(resources.length > 20, `${resources.length} resources`);
      assert.deepEqual(broken(resources), []);
    });
  }

  it("include every kind that the rules check and the program creates", async () => {
    const kinds = new Set(
      (await allResources()).map(({ resource }) => kindOf(resource)).filter((kind) => kind !== undefined),
    );
    const judged = [
      ...["apps/Deployment", "apps/StatefulSet", "batch/CronJob", "batch/Job", "core/ConfigMap", "core/Namespace"],
      ...["core/PersistentVolumeClaim", "core/Secret"],
    ];
    assert.deepEqual(
      judged.filter((kind) => !kinds.has(kind)),
      [],
    );
  });

  it("break retain-in-production with each claim and namespace if dev counts as production", async () => {
    const resources = (await programResources("dev")).map(({ name, resource }) => ({
      name,
      resource: { ...resource, stack: "production" },
    }));
    assert.deepEqual(broken(resources), [
      "retain-in-production namespace",
      "retain-in-production wordpress-shared-content-claim",
    ]);
  });

  describe("after a change that breaks a rule", () => {
    it("are changed for each rule", () => {
      assert.deepEqual([...new Set(changes.map(({ rule }) => rule))].sort(), rules.map(({ name }) => name).sort());
    });

    for (const { rule, title, of, change, isExempt = () => false } of changes) {
      it(`are refused by ${rule}: ${title}`, async () => {
        const meant = (await allResources()).filter(({ resource }) => of(resource) && !isExempt(resource));
        assert.ok(meant.length > 0, "no resource of the program can break it");
        const changed = meant.map(({ name, resource }) => {
          const copy = structuredClone(resource);
          change(copy as Changeable);
          return { name, before: resource, resource: copy };
        });
        const findings = ({ resource }: Pick<NamedResource, "resource">) => findingsOf(named(rule), resource);
        assert.deepEqual(
          changed.filter((one) => findings(one).length === 0).map(({ name }) => name),
          [],
          "not found",
        );
        assert.deepEqual(
          changed.flatMap(({ before }) => findings({ resource: before })),
          [],
        );
      });
    }
  });
});

function named(name: string): Rule {
  return rules.find((rule) => rule.name === name) ?? assert.fail(`no rule ${name}`);
}

/** Resources that break a mandatory rule, as `rule name`. */
function broken(resources: readonly NamedResource[]): string[] {
  const mandatory = rules.filter(({ enforcementLevel }) => enforcementLevel === "mandatory");
  const found = resources.flatMap(({ name, resource }) =>
    mandatory.filter((rule) => findingsOf(rule, resource).length > 0).map((rule) => `${rule.name} ${name}`),
  );
  return found.sort();
}
