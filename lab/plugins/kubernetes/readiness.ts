import type { PlainObject } from "../support/propertyValues";
import { condition, isAnnotated, type KubernetesObject, numberAt, objectsAt, textAt } from "./objects";

/** How far an object is on its way to what it should be. */
export interface Readiness {
  readonly ready: boolean;
  /** What is waited for, for people. */
  readonly progress: string;
  /** Why it never will be, where the cluster says so: nothing is gained by waiting on. */
  readonly failure?: string;
}

const done: Readiness = { ready: true, progress: "" };

/** What the official provider waits for, by kind; kinds that it does not wait for are ready once they exist. */
const checks: Readonly<Record<string, (object: KubernetesObject) => Readiness>> = {
  "apps/v1/StatefulSet": statefulSet,
  "apps/v1/Deployment": deployment,
  "apps/v1/DaemonSet": daemonSet,
  "batch/v1/Job": job,
  "v1/Pod": pod,
  "v1/PersistentVolume": (object) => {
    const phase = textAt(object, "status", "phase");
    return { ready: phase === "Available" || phase === "Bound", progress: `volume is ${phase}` };
  },
};

/** Kinds whose pods are named in messages when they do not get ready. */
export const podOwners: readonly string[] = ["StatefulSet", "Deployment", "DaemonSet", "Job"];

/** Whether the object is what it should be, as far as it alone tells. */
export function readiness(object: KubernetesObject): Readiness {
  return checks[`${object.apiVersion}/${object.kind}`]?.(object) ?? done;
}

/** Whether a Service of this kind is waited for until it has endpoints: not a headless one, nor one that selects nothing. */
export function needsEndpoints({ spec }: KubernetesObject): boolean {
  const isOpen = textAt(spec, "clusterIP") === "None" || textAt(spec, "type") === "ExternalName";
  return !isOpen && Object.keys((spec as PlainObject | undefined)?.selector ?? {}).length > 0;
}

/** Whether deletion of this kind is not waited for when `pulumi.com/skipAwait` says so. */
export function maySkipDeletion({ kind }: KubernetesObject): boolean {
  return ["Namespace", "Pod", "ReplicationController", "DaemonSet", "Deployment", "StatefulSet", "Job"].includes(kind);
}

/** Whether the program does not want to wait for the object. */
export function skipsAwait(inputs: PlainObject): boolean {
  return isAnnotated(inputs, "pulumi.com/skipAwait");
}

function isObserved(object: KubernetesObject): boolean {
  return numberAt(object, "status", "observedGeneration") >= numberAt(object, "metadata", "generation");
}

function statefulSet(object: KubernetesObject): Readiness {
  if (!isObserved(object)) return { ready: false, progress: "waiting for the StatefulSet controller" };
  const { spec, status } = object;
  const wanted = numberAt(spec, "replicas");
  const count = (name: string) => numberAt(status, name);
  const onDelete =
    textAt(spec, "updateStrategy", "type") === "OnDelete" && numberAt(object, "metadata", "generation") > 1;
  const current = textAt(status, "currentRevision");
  const isRolledOut = onDelete || (current !== "" && current === textAt(status, "updateRevision"));
  const isComplete =
    count("replicas") === wanted &&
    count("readyReplicas") === wanted &&
    (onDelete || count("currentReplicas") === wanted);
  const readyPods = isRolledOut ? count("readyReplicas") : Math.min(count("readyReplicas"), count("updatedReplicas"));
  return {
    ready: isRolledOut && isComplete,
    progress: `${readyPods} out of ${wanted} replicas succeeded readiness checks`,
  };
}

function deployment(object: KubernetesObject): Readiness {
  if (!isObserved(object)) return { ready: false, progress: "waiting for the Deployment controller" };
  const { spec, status } = object;
  const wanted = numberAt(spec, "replicas");
  const progressing = condition(object, "Progressing");
  const isRolledOut = progressing?.status === "True" && progressing.reason === "NewReplicaSetAvailable";
  const isComplete = ["replicas", "updatedReplicas", "availableReplicas"].every(
    (name) => numberAt(status, name) === wanted,
  );
  const trouble =
    progressing?.status === "False" ? `[${textAt(progressing, "reason")}] ${textAt(progressing, "message")}` : "";
  const pods = `${numberAt(status, "availableReplicas")} out of ${wanted} replicas are available`;
  return { ready: isRolledOut && isComplete, progress: [pods, trouble].filter(Boolean).join("; ") };
}

function daemonSet(object: KubernetesObject): Readiness {
  if (!isObserved(object)) return { ready: false, progress: "waiting for the DaemonSet controller" };
  const { status } = object;
  const wanted = numberAt(status, "desiredNumberScheduled");
  const names = ["currentNumberScheduled", "updatedNumberScheduled", "numberAvailable", "numberReady"];
  const isComplete = names.every((name) => numberAt(status, name) >= wanted);
  return { ready: isComplete, progress: `${numberAt(status, "numberAvailable")} out of ${wanted} pods are available` };
}

function job(object: KubernetesObject): Readiness {
  const failed = condition(object, "Failed");
  const { status } = object;
  const progress = `${numberAt(status, "succeeded")} pods succeeded, ${numberAt(status, "failed")} failed`;
  if (failed?.status === "True") {
    return { ready: false, progress, failure: `[${textAt(failed, "reason")}] ${textAt(failed, "message")}` };
  }
  return { ready: condition(object, "Complete")?.status === "True", progress };
}

function pod(object: KubernetesObject): Readiness {
  const isReady = condition(object, "Ready")?.status === "True" || textAt(object, "status", "phase") === "Succeeded";
  return { ready: isReady, progress: podTrouble(object) ?? "waiting for the pod to be ready" };
}

/** What is wrong with a pod, in the official provider's words; undefined where nothing is, or nothing is known. */
export function podTrouble(object: PlainObject): string | undefined {
  const unready = ["PodScheduled", "Initialized", "Ready"]
    .map((type) => condition(object, type))
    .find((entry) => entry !== undefined && entry.status !== "True");
  if (!unready) return undefined;
  const containers = objectsAt(object, "status", "containerStatuses").flatMap(containerTroubles);
  const message = [textAt(unready, "message"), ...containers].filter(Boolean).join("; ");
  const name = `${textAt(object, "metadata", "namespace")}/${textAt(object, "metadata", "name")}`;
  return message === "" ? undefined : `[Pod ${name}]: ${message}`;
}

function containerTroubles(status: PlainObject): string[] {
  const { ready } = status;
  const waiting = textAt(status, "state", "waiting", "reason");
  const ended = textAt(status, "lastState", "terminated", "reason") || textAt(status, "state", "terminated", "reason");
  if (ready === true) return [];
  const code =
    numberAt(status, "lastState", "terminated", "exitCode") || numberAt(status, "state", "terminated", "exitCode");
  return [
    ...(waiting && waiting !== "ContainerCreating"
      ? [`[${waiting}] ${textAt(status, "state", "waiting", "message")}`]
      : []),
    ...(ended ? [`container "${textAt(status, "name")}" terminated (${ended}: exit code ${code})`] : []),
  ];
}
