import type { Container, PodSpec, SecurityContext } from "./pods";

/*
 * The controls of the levels baseline and restricted, in the order of their table.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */

/** Types of volumes that the level restricted allows. */
const volumeTypes = [
  ...["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"],
];

/** Sysctls that affect the pod's own namespaces alone. */
const safeSysctls = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_wmem",
];

const seLinuxTypes = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];
const confined = ["RuntimeDefault", "Localhost"];

/** Prefix of the annotations that preceded the field `appArmorProfile`. */
const appArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/";

type Problem = string | false | undefined;

/** Violations in a pod's own fields, each with its remedy. */
export function podControls(pod: PodSpec, annotations: Readonly<Record<string, unknown>>): string[] {
  const { volumes = [], securityContext = {} } = pod;
  const namespaces = (["hostNetwork", "hostPID", "hostIPC"] as const).filter((field) => pod[field]);
  return problems([
    ...namespaces.map((field) => `is in a namespace of its node: remove ${field}`),
    ...volumes.map(volumeProblem),
    ...(securityContext.sysctls ?? []).map(
      ({ name }) => !safeSysctls.includes(name) && `sets the sysctl ${name}, which is not a safe one: remove it`,
    ),
    // Filter by name first: another annotation's value may be unknown at preview, and an unknown value cannot be read.
    ...Object.keys(annotations)
      .filter((name) => name.startsWith(appArmorAnnotation))
      .map((name) => appArmorAnnotationProblem(name, String(annotations[name]))),
    ...sharedControls(securityContext),
    securityContext.runAsNonRoot === false && "may run as root: set runAsNonRoot to true in its securityContext",
    !isConfined(securityContext) && "is not confined: set seccompProfile.type to RuntimeDefault in its securityContext",
  ]);
}

/** Violations in a container's fields, each with its remedy. @param pod the pod's settings, which the container inherits */
export function containerControls(container: Container, pod: SecurityContext = {}): string[] {
  const { securityContext: own = {} } = container;
  const { add = [], drop = [] } = own.capabilities ?? {};
  const added = add.filter((capability) => capability !== "NET_BIND_SERVICE");
  const inContext = problems([
    own.privileged === true && "is privileged: remove privileged",
    ...sharedControls(own),
    (own.procMount ?? "Default") !== "Default" && `has procMount ${own.procMount}: remove it`,
    (own.runAsNonRoot ?? pod.runAsNonRoot) !== true && "may be root: set runAsNonRoot to true, and runAsUser not to 0",
    own.allowPrivilegeEscalation !== false && "may escalate its privileges: set allowPrivilegeEscalation to false",
    (!drop.includes("ALL") || added.length > 0) && 'has capabilities: set capabilities to { drop: ["ALL"] }',
    ((own.seccompProfile ?? pod.seccompProfile) === undefined || !isConfined(own)) &&
      "is not confined: set seccompProfile.type to RuntimeDefault",
  ]);
  return [...inContext.map((problem) => `${problem} in its securityContext`), ...hostProblems(container)];
}

/** Controls of fields that both pods and containers have. */
function sharedControls({ appArmorProfile, seLinuxOptions, windowsOptions, runAsUser }: SecurityContext): Problem[] {
  const { type = "", user = "", role = "" } = seLinuxOptions ?? {};
  return [
    windowsOptions?.hostProcess === true && "is a process of its Windows node: remove windowsOptions.hostProcess",
    !confined.includes(appArmorProfile?.type ?? "RuntimeDefault") &&
      "is not confined: set appArmorProfile.type to RuntimeDefault, or remove it",
    (!seLinuxTypes.includes(type) || user !== "" || role !== "") &&
      "has SELinux options that are not for containers: remove seLinuxOptions",
    runAsUser === 0 && "runs as root: set runAsUser to another user than 0",
  ];
}

/** Whether the seccomp profile confines, if one is set. */
function isConfined({ seccompProfile }: SecurityContext): boolean {
  return seccompProfile === undefined || confined.includes(seccompProfile.type ?? "");
}

function hostProblems({ ports = [], lifecycle = {}, ...container }: Container): string[] {
  const { livenessProbe, readinessProbe, startupProbe } = container;
  const handlers = { livenessProbe, readinessProbe, startupProbe, ...lifecycle };
  return problems([
    ...ports.map(({ hostPort = 0 }) => hostPort !== 0 && `takes port ${hostPort} of its node: remove hostPort`),
    ...Object.entries(handlers).map(
      ([name, handler]) =>
        (handler?.httpGet?.host || handler?.tcpSocket?.host) && `has a ${name} to another host: remove host`,
    ),
  ]);
}

function volumeProblem({ name, ...fields }: Readonly<Record<string, unknown>>): Problem {
  const types = Object.keys(fields).filter((type) => !volumeTypes.includes(type));
  return (
    types.length > 0 && `has the volume ${String(name)} of type ${types.join(", ")}: take ${volumeTypes.join(", ")}`
  );
}

function appArmorAnnotationProblem(name: string, value: string): Problem {
  if (/^(runtime\/default|localhost\/.*)$/.test(value)) return false;
  return `is not confined: remove the annotation ${name}`;
}

function problems(found: readonly Problem[]): string[] {
  return found.filter((problem): problem is string => typeof problem === "string" && problem !== "");
}
