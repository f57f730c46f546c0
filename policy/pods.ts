import { fieldsOf, type JudgedResource, kindOf } from "./resource";

export interface SecurityContext {
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly allowPrivilegeEscalation?: boolean;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly seccompProfile?: { readonly type?: string };
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: Readonly<Record<string, unknown>>;
}

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly env?: readonly EnvironmentVariable[];
  readonly resources?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly securityContext?: SecurityContext;
}

export interface PodSpec {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly securityContext?: SecurityContext;
}

/** Where each kind that has a pod's specification has it. */
const podPaths: Readonly<Record<string, readonly string[]>> = {
  "core/Pod": ["spec"],
  "apps/Deployment": ["spec", "template", "spec"],
  "apps/StatefulSet": ["spec", "template", "spec"],
  "apps/DaemonSet": ["spec", "template", "spec"],
  "batch/Job": ["spec", "template", "spec"],
  "batch/CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
};

/** The pods that a resource is or makes. Undefined where it makes none. */
export function podSpec(resource: JudgedResource): PodSpec | undefined {
  const path = podPaths[kindOf(resource) ?? ""];
  return path?.reduce(fieldsOf, resource.inputs);
}

/** Containers and init containers of the pods that a resource is or makes. */
export function containersOf(resource: JudgedResource): readonly Container[] {
  const pod = podSpec(resource);
  return [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])];
}
