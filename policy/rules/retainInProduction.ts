import { fieldsOf, type PolicyResource, kindOf } from "../resource";
import type { Rule } from "../rule";

/** Checks all namespaces: a policy cannot see which ones the claims of a chart are in. */
export const retainInProduction: Rule = {
  name: "retain-in-production",
  description: "In production, claims and namespaces are protected, and StatefulSets retain their claims.",
  enforcementLevel: "mandatory",
  lists: {
    stacks: { description: "Names of production stacks; * matches any text.", items: ["production", "prod"] },
  },
  findings: (resource, { stacks = [] }) =>
    stacks.some((pattern) => matches(pattern, resource.stack)) ? findings(resource) : [],
};

const remedy = "set wordpress:dataRetention to retain";

function findings(resource: PolicyResource): string[] {
  const kind = kindOf(resource);
  if (kind === "apps/StatefulSet") return claimRetention(fieldsOf(resource.inputs, "spec"));
  if (kind !== "core/PersistentVolumeClaim" && kind !== "core/Namespace") return [];
  return resource.protect
    ? []
    : [`not protected: pulumi destroy would delete its data; ${remedy}, or set the option protect`];
}

function claimRetention(spec: Readonly<Record<string, unknown>>): string[] {
  if (!("volumeClaimTemplates" in spec)) return [];
  const policy = fieldsOf(spec, "persistentVolumeClaimRetentionPolicy");
  return ["whenDeleted", "whenScaled"]
    .filter((moment) => policy[moment] !== "Retain")
    .map(
      (moment) =>
        `persistentVolumeClaimRetentionPolicy.${moment} is not Retain: claims would be deleted with their pods; ${remedy}`,
    );
}

function matches(pattern: string, name: string): boolean {
  const parts = pattern.split("*").map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(name);
}
