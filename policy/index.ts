import { PolicyPack, type ResourceValidationArgs } from "@pulumi/policy";
import type { PolicyResource } from "./resource";
import { defaultsOf, type Rule } from "./rule";
import { rules } from "./rules";

new PolicyPack("wordpress", { policies: rules.map(policy) });

/** A rule as Pulumi takes it. It judges a resource before it is made: what breaks it is not, by `pulumi up --skip-preview` neither. */
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

/** A rule that reads a value that is not known at preview ends there, for that resource, with a remark of Pulumi's. It is judged at `up`. */
function toPolicyResource({ type, urn, props, opts }: ResourceValidationArgs): PolicyResource {
  const stack = urn.split(":")[2] ?? "";
  return { type, stack, inputs: props, protect: opts.protect, secretOutputs: opts.additionalSecretOutputs };
}
