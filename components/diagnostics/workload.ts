import { claimsOf, contentClaimName } from "../storage/claims/claims";
import { isReady } from "../kubernetes/conditions";
import type { Kubectl } from "../kubectl/client";
import type { KnownFailures } from "./remedies";
import type { Claim, ContainerStatus, Event, Pod } from "../kubernetes/objects";

/** Which workload did not come up, or which job did not end well. */
export interface Workload extends KnownFailures {
  readonly namespace: string;
  readonly kind: "StatefulSet" | "Deployment" | "Job";
  /** Value of its pods' label `app`. */
  readonly app: string;
}

/** What the cluster says about a workload's pods and claims. */
export interface WorkloadFacts {
  readonly kind: Workload["kind"];
  /** Its name; a job's begins with it. */
  readonly app: string;
  readonly pods: readonly Pod[];
  readonly claims: readonly Claim[];
  /** Events of the namespace, oldest first. */
  readonly events: readonly Event[];
}

/** Reads what {@link explain} needs. @throws KubectlError */
export async function readWorkload(kubectl: Kubectl, { namespace, kind, app }: Workload): Promise<WorkloadFacts> {
  const [pods, claims, events] = await Promise.all([
    kubectl.list<Pod>("pods", namespace),
    kubectl.list<Claim>("persistentvolumeclaims", namespace),
    readEvents(kubectl, namespace),
  ]);
  return {
    kind,
    app,
    pods: pods.filter(({ metadata }) => metadata.labels?.app === app),
    claims:
      kind === "StatefulSet"
        ? claimsOf(app, claims)
        : claims.filter(({ metadata }) => [contentClaimName, app].includes(metadata.name)),
    events,
  };
}

/**
 * Why the workload is not up: an object and the cluster's reason a line, the cause before its consequence. Empty where
 * the cluster gives none: the API server refused the workload itself, and the provider's message says why.
 */
export function explain({ kind, app, pods, claims, events }: WorkloadFacts): string[] {
  const pending = claims
    .filter(({ status }) => status?.phase !== "Bound")
    .map(({ metadata, spec }) => {
      const reason = lastWarning(events, "PersistentVolumeClaim", metadata.name)?.message?.trim();
      return `claim ${metadata.name} has no volume (storage class "${spec.storageClassName ?? "none"}"): ${reason ?? "nobody provisions it"}`;
    });
  const unready = explainPods(pods, events);
  if (pending.length + unready.length > 0) return [...pending, ...unready];
  // A quota, a policy or a webhook can keep pods from being made at all.
  // A ReplicaSet and a job have one more part in their name: "wordpress-7d9c5b" is of wordpress, "wordpress-cache-7d9c5b" is not.
  const isOwner = (name: string) =>
    name === app || (kind !== "StatefulSet" && name.slice(0, name.lastIndexOf("-")) === app);
  const notMade = events.findLast(
    ({ type, involvedObject: owner }) =>
      type === "Warning" && owner.kind === podOwners[kind] && isOwner(owner.name ?? ""),
  )?.message;
  return notMade === undefined ? [] : [`${kind} ${app} lacks pods: ${notMade.trim()}`];
}

/** What makes a workload's pods: only it is told why one cannot be made. */
const podOwners = { StatefulSet: "StatefulSet", Deployment: "ReplicaSet", Job: "Job" } as const;

/** Pods that neither serve nor have done what they were for. */
export function notReady(pods: readonly Pod[]): Pod[] {
  return pods.filter((pod) => !isReady(pod) && pod.status.phase !== "Succeeded");
}

/** Why pods are not ready, a pod a line. @param events of their namespace, oldest first */
export function explainPods(pods: readonly Pod[], events: readonly Event[]): string[] {
  return notReady(pods).map((pod) => {
    const { name } = pod.metadata;
    const place = pod.spec?.nodeName === undefined ? "" : ` on node ${pod.spec.nodeName}`;
    return `pod ${name}${place} ${podReason(pod, lastWarning(events, "Pod", name))}`;
  });
}

/** Names of the nodes that pods are on, in order. */
export function nodesOf(pods: readonly Pod[]): string[] {
  return [...new Set(pods.flatMap(({ spec }) => spec?.nodeName ?? []))].sort();
}

/** Whether a container of a pod has failed, so that its log says why. */
export function hasFailed({ status }: Pod): boolean {
  return containersOf(status).some((container) => (endOf(container)?.exitCode ?? 0) !== 0);
}

/** Events of a namespace, oldest first. @throws KubectlError */
export async function readEvents(kubectl: Pick<Kubectl, "list">, namespace: string): Promise<Event[]> {
  const time = ({ lastTimestamp, eventTime }: Event) => Date.parse(lastTimestamp ?? eventTime ?? "") || 0;
  return (await kubectl.list<Event>("events", namespace)).sort((one, other) => time(one) - time(other));
}

function lastWarning(events: readonly Event[], kind: string, name: string): Event | undefined {
  return events.findLast(
    ({ type, involvedObject }) => type === "Warning" && involvedObject.kind === kind && involvedObject.name === name,
  );
}

/** Why the scheduler finds no node for a pod; undefined where it has one, or was not looked at yet. */
export function withoutNode({ status: { conditions = [] } }: Pod): string | undefined {
  const unscheduled = conditions.find(({ type, status }) => type === "PodScheduled" && status === "False");
  return unscheduled && (unscheduled.message?.trim() || unscheduled.reason || "no reason given");
}

function podReason(pod: Pod, warning: Event | undefined): string {
  const unscheduled = withoutNode(pod);
  if (unscheduled !== undefined) return `has no node: ${unscheduled}`;
  const stuck = containersOf(pod.status)
    .map(containerReason)
    .find((reason) => reason !== undefined);
  const said = warning?.message ? `; the cluster says: ${warning.message.trim()}` : "";
  return `${stuck ?? "is not ready"}${said}`;
}

/** In the order in which they run. */
function containersOf({ initContainerStatuses = [], containerStatuses = [] }: Pod["status"]): ContainerStatus[] {
  return [...initContainerStatuses, ...containerStatuses];
}

/** How a container, or the one that it replaced, ended. */
function endOf({ state, lastState }: ContainerStatus) {
  return state?.terminated ?? lastState?.terminated;
}

function containerReason(container: ContainerStatus): string | undefined {
  const { name, image, state, restartCount } = container;
  const waiting = state?.waiting;
  const ended = endOf(container);
  if (waiting?.reason && /Image/.test(waiting.reason)) {
    return `cannot get the image "${image}" (${waiting.reason}): ${saidBy(waiting)}`;
  }
  if (ended && ended.exitCode !== 0) {
    const how = ended.reason === "OOMKilled" ? "ran out of memory" : `ended with exit code ${ended.exitCode}`;
    if (restartCount === 0) return `container ${name} ${how}`;
    return `container ${name} ${how} and was started again ${restartCount === 1 ? "once" : `${restartCount} times`}`;
  }
  if (waiting?.reason && waiting.reason !== "ContainerCreating") {
    return `container ${name} waits (${waiting.reason}): ${saidBy(waiting)}`;
  }
  return undefined;
}

function saidBy({ message }: { readonly message?: string }): string {
  return message?.trim() || "no reason given";
}
