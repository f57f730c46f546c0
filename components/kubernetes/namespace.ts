import { Namespace } from "@pulumi/kubernetes/core/v1";
import type * as pulumi from "@pulumi/pulumi";
import { podSecurity, stackLabels } from "./labels";
import { instanceAnnotation } from "./ownership";

export interface OwnNamespaceArgs {
  /** Name of the namespace. */
  readonly namespace: string;
  /** Value of the annotation that marks the namespace as this stack's. */
  readonly instance: pulumi.Input<string>;
  /** Pod Security level that the cluster enforces in it. */
  readonly level: "restricted" | "privileged";
}

/** Creates a namespace that the stack owns. */
export function ownNamespace(
  name: string,
  { namespace, instance, level }: OwnNamespaceArgs,
  options: pulumi.CustomResourceOptions,
): Namespace {
  const labels = { ...stackLabels, ...podSecurity(level) };
  return new Namespace(
    name,
    { metadata: { name: namespace, labels, annotations: { [instanceAnnotation]: instance } } },
    options,
  );
}
