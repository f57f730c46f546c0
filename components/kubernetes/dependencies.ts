import * as pulumi from "@pulumi/pulumi";

/** Dependencies of a component's children: those of the component, which children do not inherit, and more. */
export function dependencies(
  { dependsOn }: pulumi.ComponentResourceOptions,
  ...more: pulumi.Resource[]
): pulumi.Output<pulumi.Input<pulumi.Resource>[]> {
  return pulumi.output(dependsOn).apply((given) => [...(given === undefined ? [] : [given].flat()), ...more]);
}
