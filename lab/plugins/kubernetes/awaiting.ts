import { setTimeout as wait } from "node:timers/promises";
import type { PlainObject } from "../support/propertyValues";
import type { ResourceRequest } from "../support/provider";
import { isNotFound, Unreachable } from "./api";
import { addressOf, type Cluster, type ObjectAddress } from "./cluster";
import { condition, isObject, type KubernetesObject, numberAt, objectsAt, textAt, textsAt } from "./objects";
import { needsEndpoints, podOwners, podTrouble, readiness, type Readiness, skipsAwait } from "./readiness";
import { waitForOf } from "./waitFor";

/** Default timeout in whole seconds for an object to become ready or to be deleted. */
const defaultTimeoutSeconds = 600;

/** Polling interval in milliseconds. */
const pollMs = 300;

/** Milliseconds without a change after which a Service's endpoints count as settled. */
const settleMs = 10_000;

/** An object exists and did not become ready, or was not deleted in time. */
export class NotReady extends Error {
  constructor(
    readonly object: KubernetesObject,
    message: string,
    /** The cluster's own reasons. */
    readonly reasons: readonly string[],
  ) {
    super(message);
  }
}

/**
 * Waits until an object is ready, as the official provider defines it.
 * @param live the object as the last request returned it
 * @param isUpdate whether it existed before
 * @returns the ready object
 * @throws NotReady on timeout, if the deployment is canceled, or if the cluster gave up
 */
export async function untilReady(
  cluster: Cluster,
  live: KubernetesObject,
  inputs: PlainObject,
  request: ResourceRequest,
  isUpdate: boolean,
): Promise<KubernetesObject> {
  if (skipsAwait(inputs)) return live;
  const check = checkOf(cluster, live, isUpdate);
  let state = await check(live);
  let latest = live;
  const say = onChange((progress) => request.status("INFO", progress));
  const deadline = Date.now() + timeoutSeconds(inputs, request) * 1000;
  while (!state.ready) {
    if (state.failure !== undefined) throw await notReady(cluster, latest, state, `'${live.metadata.name}' failed`);
    if (request.signal.aborted || Date.now() > deadline) {
      const message = request.signal.aborted
        ? `Resource operation was cancelled for "${live.metadata.name}"`
        : timedOut(live);
      throw await notReady(cluster, latest, state, message);
    }
    say(state.progress);
    await wait(pollMs);
    [latest, state] = await unlessUnreachable(async () => {
      const found = await cluster.read(addressOf(live));
      return [found, await check(found)] as const;
    }, [latest, { ...state, ready: false }]);
  }
  say("");
  return latest;
}

/** @throws NotReady if the object is not ready now */
export async function assertReady(cluster: Cluster, live: KubernetesObject, inputs: PlainObject): Promise<void> {
  const isLookedAt = podOwners.includes(live.kind) || live.kind === "Pod";
  if (!isLookedAt || skipsAwait(inputs)) return;
  const state = readiness(live);
  if (state.ready) return;
  throw await notReady(cluster, live, state, `Resource '${live.metadata.name}' was created but failed to initialize`);
}

/** Waits until an object is deleted. @throws NotReady on timeout, or if the deployment is canceled */
export async function untilGone(
  cluster: Cluster,
  { object, inputs }: { readonly object: KubernetesObject; readonly inputs: PlainObject },
  request: ResourceRequest,
): Promise<void> {
  const address = addressOf(object);
  const uid = textAt(object, "metadata", "uid");
  const say = onChange((progress) => request.status("INFO", progress));
  const deadline = Date.now() + timeoutSeconds(inputs, request) * 1000;
  for (;;) {
    const live = await unlessUnreachable(() => readIfThere(cluster, address), object);
    if (!live || (uid !== "" && textAt(live, "metadata", "uid") !== uid)) return;
    const finalizers = textsAt(live, "metadata", "finalizers").join(", ");
    if (request.signal.aborted || Date.now() > deadline) {
      throw new NotReady(live, "timed out waiting for the condition", finalizers ? [`finalizers: ${finalizers}`] : []);
    }
    say(`waiting for deletion${finalizers ? ` (finalizers: ${finalizers})` : ""}`);
    await wait(pollMs);
  }
}

/** Passes on a message unless it repeats the previous one. */
function onChange(say: (text: string) => void): (text: string) => void {
  let last = "";
  return (text) => {
    if (text !== last) say(text);
    last = text;
  };
}

/** Returns the last result while the API server is unavailable: it may recover before the timeout. */
async function unlessUnreachable<T>(poll: () => Promise<T>, last: T): Promise<T> {
  try {
    return await poll();
  } catch (error) {
    if (error instanceof Unreachable) return last;
    throw error;
  }
}

async function readIfThere(cluster: Cluster, address: ObjectAddress): Promise<KubernetesObject | undefined> {
  try {
    return await cluster.read(address);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

type Check = (object: KubernetesObject) => Readiness | Promise<Readiness>;

function checkOf(cluster: Cluster, object: KubernetesObject, isUpdate: boolean): Check {
  const stated = waitForOf(object);
  if (stated) return stated;
  const kind = `${object.apiVersion}/${object.kind}`;
  if (kind === "v1/Service" && needsEndpoints(object)) return endpointsCheck(cluster);
  if (kind === "apps/v1/Deployment" && isUpdate) return scaledCheck(object);
  if (kind === "v1/PersistentVolumeClaim") return (claim) => claimReadiness(cluster, claim, isUpdate);
  return readiness;
}

/**
 * A Deployment with an unchanged template is ready once its controller has observed the update, as in the official provider: scaling
 * from 1 pod to 3 ended in 1 s with 4.32. A changed template makes a new revision, which is awaited.
 */
function scaledCheck(before: KubernetesObject): Check {
  const revision = (object: KubernetesObject) =>
    textAt(object, "metadata", "annotations", "deployment.kubernetes.io/revision");
  return (live) => {
    const state = readiness(live);
    const isObserved = numberAt(live, "status", "observedGeneration") >= numberAt(live, "metadata", "generation");
    const isRolledOut = condition(live, "Progressing")?.reason === "NewReplicaSetAvailable";
    return { ...state, ready: state.ready || (isObserved && isRolledOut && revision(live) === revision(before)) };
  };
}

/** A Service is ready when its endpoints have settled and none of them is pending. */
function endpointsCheck(cluster: Cluster): Check {
  let version: string | undefined;
  let since = Infinity;
  return async ({ metadata }) => {
    const { name, namespace } = metadata;
    const endpoints = await readIfThere(cluster, { apiVersion: "v1", kind: "Endpoints", name, namespace });
    const found = textAt(endpoints, "metadata", "resourceVersion");
    if (endpoints && found !== version) [version, since] = [found, Date.now()];
    const subsets = objectsAt(endpoints, "subsets");
    const isPending = subsets.some((subset) => objectsAt(subset, "notReadyAddresses").length > 0);
    const isSettled = Date.now() - since >= settleMs;
    return {
      ready: isSettled && !isPending,
      progress: "Service does not target any ready Pods yet, or its endpoints still change",
    };
  };
}

async function claimReadiness(cluster: Cluster, claim: KubernetesObject, isUpdate: boolean): Promise<Readiness> {
  const phase = textAt(claim, "status", "phase");
  const progress = `claim is ${phase}`;
  if (phase === "Bound") return { ready: true, progress };
  const name = textAt(claim, "spec", "storageClassName");
  const address = { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", name };
  const storageClass = name === "" ? undefined : await readIfThere(cluster, address);
  const waitsForPod = storageClass?.volumeBindingMode === "WaitForFirstConsumer";
  return { ready: !isUpdate && waitsForPod && phase === "Pending", progress };
}

async function notReady(
  cluster: Cluster,
  object: KubernetesObject,
  state: Readiness,
  message: string,
): Promise<NotReady> {
  const pods = podOwners.includes(object.kind) ? await troubledPods(cluster, object) : [];
  return new NotReady(object, message, [state.failure ?? state.progress, ...pods]);
}

/** Describes the problems of the pods that a workload selects. */
async function troubledPods(cluster: Cluster, { spec, metadata }: KubernetesObject): Promise<string[]> {
  const selector = isObject(spec) && isObject(spec.selector) ? spec.selector.matchLabels : undefined;
  if (!isObject(selector)) return [];
  const pods = await cluster.list("v1", "Pod", metadata.namespace ?? "default").catch(() => []);
  const isSelected = (pod: PlainObject) =>
    Object.entries(selector).every(([label, value]) => textAt(pod, "metadata", "labels", label) === value);
  return pods.filter(isSelected).flatMap((pod) => podTrouble(pod) ?? []);
}

function timedOut({ kind, metadata }: KubernetesObject): string {
  return podOwners.includes(kind) || kind === "Service" || kind === "Pod"
    ? `'${metadata.name}' timed out waiting to be Ready`
    : "timed out waiting for the condition";
}

function timeoutSeconds(inputs: PlainObject, { timeoutSeconds }: ResourceRequest): number {
  if (timeoutSeconds !== 0) return timeoutSeconds;
  const annotated = Number(textAt(inputs, "metadata", "annotations", "pulumi.com/timeoutSeconds"));
  return annotated > 0 ? annotated : defaultTimeoutSeconds;
}
