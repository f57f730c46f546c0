import * as assert from "node:assert/strict";
import type { Container, PodSpec } from "../../../policy/pods";
import { type PolicyResource, kindOf } from "../../../policy/resource";

type Mutable<T> = { -readonly [Key in keyof T]: Mutable<T[Key]> };
export type Changeable = Mutable<PolicyResource>;

export interface Change {
  readonly rule: string;
  readonly title: string;
  /** Selects the resources to change. */
  readonly of: (resource: PolicyResource) => boolean;
  readonly change: (resource: Changeable) => void;
  /** Selects resources that the rule ignores. */
  readonly isExempt?: (resource: PolicyResource) => boolean;
}

/** The pod that a resource is or creates, wherever it is. Does not rely on the pack's own knowledge of kinds. */
function podOf({ inputs }: Pick<PolicyResource, "inputs">): Mutable<PodSpec> | undefined {
  const search = (value: unknown): Mutable<PodSpec> | undefined => {
    if (typeof value !== "object" || value === null) return undefined;
    if ("containers" in value) return value as Mutable<PodSpec>;
    return Object.values(value)
      .map(search)
      .find((found) => found !== undefined);
  };
  return search(inputs);
}

const hasPods = (resource: PolicyResource) => podOf(resource) !== undefined;
const isOf = (kind: string) => (resource: PolicyResource) => kindOf(resource) === kind;
const isOfNfs = ({ inputs }: PolicyResource) =>
  (inputs.metadata as { namespace?: string } | undefined)?.namespace === "openebs-nfs";

function pods(rule: string, title: string, change: (pod: Mutable<PodSpec>) => void): Change {
  const isExempt = rule === "restricted" ? isOfNfs : undefined;
  return {
    ...{ rule, title, of: hasPods, change: (resource) => change(podOf(resource) ?? assert.fail("no pod")) },
    ...(isExempt && { isExempt }),
  };
}

/** Changes one container of each pod: the last one, and in another change the first init container where there is one. */
function containers(rule: string, title: string, change: (container: Mutable<Container>) => void): Change[] {
  const lastOf = ({ containers = [] }: Mutable<PodSpec>) => change(containers.at(-1) as Mutable<Container>);
  const initOf = ({ initContainers = [] }: Mutable<PodSpec>) => change(initContainers[0] as Mutable<Container>);
  const hasInit = (resource: PolicyResource) => (podOf(resource)?.initContainers ?? []).length > 0;
  return [
    pods(rule, `${title} of a container`, lastOf),
    { ...pods(rule, `${title} of an init container`, initOf), of: hasInit },
  ];
}

const context = (container: Mutable<Container>) => container.securityContext ?? assert.fail("no securityContext");

/** Changes to the program's own objects, each of which breaks the rule that it names. */
export const changes: readonly Change[] = [
  ...containers("no-latest-tag", "the tag latest", (container) => {
    container.image = `${container.image?.split(/[:@]/)[0]}:latest`;
  }),
  ...containers("no-latest-tag", "no tag", (container) => {
    container.image = container.image?.split(/[:@]/)[0] ?? "";
  }),
  ...["requests", "limits"].flatMap((kind) =>
    ["cpu", "memory"].flatMap((amount) =>
      containers("limits-set", `no ${kind} of ${amount}`, ({ resources }) => {
        delete resources?.[kind]?.[amount];
      }),
    ),
  ),
  ...containers("no-plain-secrets", "a password in plain text", (container) => {
    container.env = [...(container.env ?? []), { name: "WORDPRESS_DB_PASSWORD", value: "plain text" }];
  }),
  ...containers("no-plain-secrets", "a password from a ConfigMap", (container) => {
    const valueFrom = { configMapKeyRef: { name: "mariadb", key: "word" } };
    container.env = [...(container.env ?? []), { name: "WORDPRESS_DB_PASSWORD", valueFrom }];
  }),
  {
    ...{ rule: "no-plain-secrets", title: "a password in a ConfigMap", of: isOf("core/ConfigMap") },
    change: ({ inputs }) => Object.assign(inputs.data as object, { password: "plain text" }),
  },
  {
    ...{ rule: "no-plain-secrets", title: "a Secret that is not marked", of: isOf("core/Secret") },
    change: (resource) => {
      resource.secretOutputs = [];
    },
  },
  ...["core/Namespace", "core/PersistentVolumeClaim"].map((kind) => ({
    ...{ rule: "retain-in-production", title: `${kind} without protection`, of: isOf(kind) },
    isExempt: ({ stack }: PolicyResource) => stack !== "production",
    change: (resource: Changeable) => {
      resource.protect = false;
    },
  })),
  ...["whenDeleted", "whenScaled"].map((moment) => ({
    ...{ rule: "retain-in-production", title: `claims that are deleted with their pods, ${moment}` },
    of: (resource: PolicyResource) => isOf("apps/StatefulSet")(resource) && resource.stack === "production",
    change: ({ inputs }: Changeable) => {
      const { persistentVolumeClaimRetentionPolicy: policy } = inputs.spec as Record<string, Record<string, string>>;
      (policy ?? assert.fail("no policy"))[moment] = "Delete";
    },
  })),
  ...(["hostNetwork", "hostPID", "hostIPC"] as const).map((field) =>
    pods("restricted", field, (pod) => {
      pod[field] = true;
    }),
  ),
  pods("restricted", "a folder of the node", (pod) => {
    pod.volumes = [...(pod.volumes ?? []), { name: "node", hostPath: { path: "/" } }];
  }),
  pods("restricted", "the user root", (pod) => {
    pod.securityContext = { ...pod.securityContext, runAsUser: 0 };
  }),
  pods("restricted", "no securityContext", (pod) => {
    delete pod.securityContext;
    for (const one of [...(pod.initContainers ?? []), ...(pod.containers ?? [])]) delete one.securityContext;
  }),
  pods("restricted", "no seccomp profile", (pod) => {
    const profiles = [pod, ...(pod.initContainers ?? []), ...(pod.containers ?? [])];
    for (const { securityContext } of profiles) delete securityContext?.seccompProfile;
  }),
  ...containers("restricted", "privileges", (container) => {
    context(container).privileged = true;
  }),
  ...containers("restricted", "privilege escalation", (container) => {
    delete context(container).allowPrivilegeEscalation;
  }),
  ...containers("restricted", "capabilities that are not dropped", (container) => {
    delete context(container).capabilities;
  }),
  ...containers("restricted", "an additional capability", (container) => {
    context(container).capabilities = { drop: ["ALL"], add: ["SYS_ADMIN"] };
  }),
  ...containers("restricted", "another seccomp profile", (container) => {
    context(container).seccompProfile = { type: "Unconfined" };
  }),
  ...containers("restricted", "a port of the node", (container) => {
    container.ports = [{ hostPort: 80 }];
  }),
];
