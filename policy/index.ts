import { PolicyPack, type ResourceValidationArgs } from "@pulumi/policy";
import type { PolicyResource } from "./resource";
import { defaultsOf, type Rule } from "./rule";
import { rules } from "./rules";

new PolicyPack("wordpress", { policies: rules.map(policy) });

/** Converts a rule to a Pulumi policy. It checks a resource before it is created: a violation prevents that, even with `pulumi up --skip-preview`. */
function policy(rule: Rule) {
  const { name, description, enforcementLevel, lists = {} } = rule;
  const items = { type: "string" } as const;
  const properties = Object.entries(lists).map(
    ([list, { description: meaning }]) => [list, { type: "array", items, description: meaning }] as const,
  );
  return {
    name,
    description,
    enforcementLevel,
    configSchema: { properties: Object.fromEntries(properties) },
    validateResource: (args: ResourceValidationArgs, report: (message: string) => void) => {
      const configured = { ...defaultsOf(rule), ...args.getConfig<Record<string, string[]>>() };
      for (const finding of rule.findings(toPolicyResource(args), configured)) report(finding);
    },
  };
}

/** A rule that reads an unknown value at preview stops for that resource, and Pulumi reports that. The resource is checked at `up`. */
function toPolicyResource({ type, urn, props, opts }: ResourceValidationArgs): PolicyResource {
  const stack = urn.split(":")[2] ?? "";
  return { type, stack, inputs: props, protect: opts.protect, secretOutputs: opts.additionalSecretOutputs };
}
