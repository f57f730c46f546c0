import type { Container, PodSpec } from "../../../policy/pods";
import type { PolicyResource } from "../../../policy/resource";
import { defaultsOf, type Rule, type RuleLists } from "../../../policy/rule";

/** A rule's findings about a resource. @param lists override the rule's defaults */
export function findingsOf(rule: Rule, resource: PolicyResource, lists: RuleLists = {}): string[] {
  return rule.findings(resource, { ...defaultsOf(rule), ...lists });
}

/** A resource of the stack `dev` without options. */
export function policyResource(
  type: string,
  inputs: Readonly<Record<string, unknown>>,
  options: Partial<PolicyResource> = {},
): PolicyResource {
  return { type, inputs, stack: "dev", protect: false, secretOutputs: [], ...options };
}

/** A container that passes all rules, with these fields in addition. */
export function container(fields: Partial<Container> = {}): Container {
  const amounts = { cpu: "1", memory: "64Mi" };
  return {
    name: "app",
    image: "app:1.2.3",
    resources: { requests: amounts, limits: amounts },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    ...fields,
  };
}

/** A pod that passes all rules, with these fields in addition. */
export function podSpec(fields: PodSpec = {}): PodSpec {
  const securityContext = { runAsNonRoot: true, runAsUser: 33, seccompProfile: { type: "RuntimeDefault" } };
  return { securityContext, containers: [container()], ...fields };
}

/** A Pod with that specification. */
export function pod(spec: PodSpec, namespace = "wordpress"): PolicyResource {
  return policyResource("kubernetes:core/v1:Pod", { metadata: { namespace }, spec });
}

/** One resource of each kind that creates pods, with this specification. @param annotations of the pods */
export function workloads(spec: PodSpec, annotations: Readonly<Record<string, string>> = {}): PolicyResource[] {
  const metadata = { namespace: "wordpress" };
  const template = { template: { metadata: { annotations }, spec } };
  const kinds = [
    "apps/v1:Deployment",
    "apps/v1:StatefulSet",
    "apps/v1:DaemonSet",
    "apps/v1:ReplicaSet",
    "batch/v1:Job",
  ];
  return [
    policyResource("kubernetes:core/v1:Pod", { metadata: { ...metadata, annotations }, spec }),
    ...kinds.map((kind) => policyResource(`kubernetes:${kind}`, { metadata, spec: template })),
    policyResource("kubernetes:core/v1:ReplicationController", { metadata, spec: template }),
    policyResource("kubernetes:core/v1:PodTemplate", { metadata, ...template }),
    policyResource("kubernetes:batch/v1:CronJob", { metadata, spec: { jobTemplate: { spec: template } } }),
  ];
}
