import { fieldsOf, type PolicyResource, kindOf } from "./resource";

interface Profile {
  readonly type?: string;
}

/** The security context of a pod or of a container: some fields exist only in one of them. */
export interface SecurityContext {
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly allowPrivilegeEscalation?: boolean;
  readonly privileged?: boolean;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly seccompProfile?: Profile;
  readonly appArmorProfile?: Profile;
  readonly seLinuxOptions?: { readonly type?: string; readonly user?: string; readonly role?: string };
  readonly procMount?: string;
  readonly sysctls?: readonly { readonly name: string }[];
  readonly windowsOptions?: { readonly hostProcess?: boolean };
}

interface Handler {
  readonly httpGet?: { readonly host?: string };
  readonly tcpSocket?: { readonly host?: string };
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
  readonly ports?: readonly { readonly hostPort?: number }[];
  readonly livenessProbe?: Handler;
  readonly readinessProbe?: Handler;
  readonly startupProbe?: Handler;
  readonly lifecycle?: { readonly postStart?: Handler; readonly preStop?: Handler };
}

export interface PodSpec {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly ephemeralContainers?: readonly Container[];
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  /** Each has a name and one field, named after its type. */
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
  readonly securityContext?: SecurityContext;
}

/** The path of the pod specification in each kind that has one. */
const podPaths: Readonly<Record<string, readonly string[]>> = {
  "core/Pod": ["spec"],
  "apps/Deployment": ["spec", "template", "spec"],
  "apps/StatefulSet": ["spec", "template", "spec"],
  "apps/DaemonSet": ["spec", "template", "spec"],
  "apps/ReplicaSet": ["spec", "template", "spec"],
  "core/ReplicationController": ["spec", "template", "spec"],
  "core/PodTemplate": ["template", "spec"],
  "batch/Job": ["spec", "template", "spec"],
  "batch/CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
};

/** The specification of the pod that a resource is or creates. Undefined if it creates none. */
export function podSpec(resource: PolicyResource): PodSpec | undefined {
  const path = podPaths[kindOf(resource) ?? ""];
  return path?.reduce(fieldsOf, resource.inputs);
}

/** Annotations of the pods that a resource is or creates. */
export function podAnnotations(resource: PolicyResource): Readonly<Record<string, unknown>> {
  const path = podPaths[kindOf(resource) ?? ""] ?? [];
  return fieldsOf(fieldsOf(path.slice(0, -1).reduce(fieldsOf, resource.inputs), "metadata"), "annotations");
}

/** Init, regular and ephemeral containers of the pods that a resource is or creates. */
export function containersOf(resource: PolicyResource): readonly Container[] {
  const { initContainers = [], containers = [], ephemeralContainers = [] } = podSpec(resource) ?? {};
  return [...initContainers, ...containers, ...ephemeralContainers];
}
