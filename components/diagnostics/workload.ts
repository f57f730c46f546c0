import { claimsOf, contentClaimName } from "../storage/claims/claims";
import { isReady } from "../kubernetes/conditions";
import type { Kubectl } from "../kubectl/client";
import type { KnownFailures } from "./remedies";
import type { Claim, ContainerStatus, Event, Pod } from "../kubernetes/objects";

/** A workload or job, and its known failures. */
export interface Workload extends KnownFailures {
  readonly namespace: string;
  readonly kind: "StatefulSet" | "Deployment" | "Job";
  /** Value of its pods' label `app`. */
  readonly app: string;
}

/** What was read from the cluster about a workload's pods and claims. */
export interface WorkloadFacts {
  readonly kind: Workload["kind"];
  /** Name of the workload, and prefix of a job's name. */
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
 * Explains why a workload is not ready. Each line has an object and the cluster's reason, causes before consequences. Empty
 * if the cluster gives none: the API server rejected the workload itself, and the provider's message tells the reason.
 */
export function explain({ kind, app, pods, claims, events }: WorkloadFacts): string[] {
  const pending = claims
    .filter(({ status }) => status?.phase !== "Bound")
    .map(({ metadata, spec }) => {
      const reason = lastWarning(events, "PersistentVolumeClaim", metadata.name)?.message?.trim();
      return `claim ${metadata.name} has no volume (storage class "${spec.storageClassName ?? "none"}"): ${reason ?? "no provisioner handles it"}`;
    });
  const unready = explainPods(pods, events);
  if (pending.length + unready.length > 0) return [...pending, ...unready];
  // A quota, a policy, or a webhook can prevent the creation of pods. The names of ReplicaSets and jobs have one more part:
  // "wordpress-7d9c5b" belongs to wordpress, "wordpress-cache-7d9c5b" does not.
  const isOwner = (name: string) =>
    name === app || (kind !== "StatefulSet" && name.slice(0, name.lastIndexOf("-")) === app);
  const creationError = events.findLast(
    ({ type, involvedObject: owner }) =>
      type === "Warning" && owner.kind === podOwners[kind] && isOwner(owner.name ?? ""),
  )?.message;
  return creationError === undefined ? [] : [`${kind} ${app} lacks pods: ${creationError.trim()}`];
}

/** The kind that creates a workload's pods, and gets the event if that fails. */
const podOwners = { StatefulSet: "StatefulSet", Deployment: "ReplicaSet", Job: "Job" } as const;

/** Pods that are neither ready nor succeeded. */
export function notReady(pods: readonly Pod[]): Pod[] {
  return pods.filter((pod) => !isReady(pod) && pod.status.phase !== "Succeeded");
}

/** Explains why pods are not ready, one line for each. @param events events of their namespace, oldest first */
export function explainPods(pods: readonly Pod[], events: readonly Event[]): string[] {
  return notReady(pods).map((pod) => {
    const { name } = pod.metadata;
    const place = pod.spec?.nodeName === undefined ? "" : ` on node ${pod.spec.nodeName}`;
    return `pod ${name}${place} ${podReason(pod, lastWarning(events, "Pod", name))}`;
  });
}

/** Names of the pods' nodes, sorted. */
export function nodesOf(pods: readonly Pod[]): string[] {
  return [...new Set(pods.flatMap(({ spec }) => spec?.nodeName ?? []))].sort();
}

/** Whether a container of a pod has failed, so that its log tells the reason. */
export function hasFailed({ status }: Pod): boolean {
  return containersOf(status).some((container) => (endOf(container)?.exitCode ?? 0) !== 0);
}

/** Reads the events of a namespace, oldest first. @throws KubectlError */
export async function readEvents(kubectl: Pick<Kubectl, "list">, namespace: string): Promise<Event[]> {
  const time = ({ lastTimestamp, eventTime }: Event) => Date.parse(lastTimestamp ?? eventTime ?? "") || 0;
  return (await kubectl.list<Event>("events", namespace)).sort((one, other) => time(one) - time(other));
}

function lastWarning(events: readonly Event[], kind: string, name: string): Event | undefined {
  return events.findLast(
    ({ type, involvedObject }) => type === "Warning" && involvedObject.kind === kind && involvedObject.name === name,
  );
}

/** The scheduler's reason for a pod without a node; undefined if it has one, or was not considered yet. */
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
  const eventText = warning?.message ? `; the cluster says: ${warning.message.trim()}` : "";
  return `${stuck ?? "is not ready"}${eventText}`;
}

/** All containers, in the order in which they run. */
function containersOf({ initContainerStatuses = [], containerStatuses = [] }: Pod["status"]): ContainerStatus[] {
  return [...initContainerStatuses, ...containerStatuses];
}

/** The exit of a container, or of its previous instance. */
function endOf({ state, lastState }: ContainerStatus) {
  return state?.terminated ?? lastState?.terminated;
}

function containerReason(container: ContainerStatus): string | undefined {
  const { name, image, state, restartCount } = container;
  const waiting = state?.waiting;
  const ended = endOf(container);
  if (waiting?.reason && /Image/.test(waiting.reason)) {
    return `cannot pull the image "${image}" (${waiting.reason}): ${reasonOf(waiting)}`;
  }
  if (ended && ended.exitCode !== 0) {
    const how = ended.reason === "OOMKilled" ? "ran out of memory" : `exited with code ${ended.exitCode}`;
    if (restartCount === 0) return `container ${name} ${how}`;
    return `container ${name} ${how} and was restarted ${restartCount === 1 ? "once" : `${restartCount} times`}`;
  }
  if (waiting?.reason && waiting.reason !== "ContainerCreating") {
    return `container ${name} waits (${waiting.reason}): ${reasonOf(waiting)}`;
  }
  return undefined;
}

function reasonOf({ message }: { readonly message?: string }): string {
  return message?.trim() || "no reason given";
}
