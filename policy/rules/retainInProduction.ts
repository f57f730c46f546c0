import { fieldsOf, type PolicyResource, kindOf } from "../resource";
import type { Rule } from "../rule";

/** Every namespace counts: what the claims of a chart are in, no policy is told. */
export const retainInProduction: Rule = {
  name: "retain-in-production",
  description: "In production, claims and namespaces are protected, and StatefulSets leave their claims.",
  enforcementLevel: "mandatory",
  lists: {
    stacks: { description: "Names of stacks that are in production; * is any text.", items: ["production", "prod"] },
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
    : [`not protected: pulumi destroy would take its data along; ${remedy}, or the option protect`];
}

function claimRetention(spec: Readonly<Record<string, unknown>>): string[] {
  if (!("volumeClaimTemplates" in spec)) return [];
  const policy = fieldsOf(spec, "persistentVolumeClaimRetentionPolicy");
  return ["whenDeleted", "whenScaled"]
    .filter((moment) => policy[moment] !== "Retain")
    .map(
      (moment) =>
        `persistentVolumeClaimRetentionPolicy.${moment} is not Retain: claims would go with their pods; ${remedy}`,
    );
}

function matches(pattern: string, name: string): boolean {
  const parts = pattern.split("*").map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(name);
}
