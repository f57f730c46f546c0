import type { PlainObject } from "../support/propertyValues";
import { condition, isAnnotated, type KubernetesObject, numberAt, objectsAt, textAt } from "./objects";

/** The progress of an object toward readiness. */
export interface Readiness {
  readonly ready: boolean;
  /** A message for users about what is awaited. */
  readonly progress: string;
  /** The cluster's reason why it will never be ready; waiting ends. */
  readonly failure?: string;
}

const done: Readiness = { ready: true, progress: "" };

/** Readiness checks of the official provider, by kind. Other kinds are ready once they exist. */
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

/** Kinds whose pods are named in messages if they do not become ready. */
export const podOwners: readonly string[] = ["StatefulSet", "Deployment", "DaemonSet", "Job"];

/** Determines readiness from the object itself. */
export function readiness(object: KubernetesObject): Readiness {
  return checks[`${object.apiVersion}/${object.kind}`]?.(object) ?? done;
}

/** Whether to wait for a Service's endpoints: not for a headless one, nor for one without a selector. */
export function needsEndpoints({ spec }: KubernetesObject): boolean {
  const isOpen = textAt(spec, "clusterIP") === "None" || textAt(spec, "type") === "ExternalName";
  return !isOpen && Object.keys((spec as PlainObject | undefined)?.selector ?? {}).length > 0;
}

/** Whether `pulumi.com/skipAwait` skips waiting for the deletion of this kind. */
export function maySkipDeletion({ kind }: KubernetesObject): boolean {
  return ["Namespace", "Pod", "ReplicationController", "DaemonSet", "Deployment", "StatefulSet", "Job"].includes(kind);
}

/** Whether the program skips waiting for the object. */
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

/** Describes a pod's problem with the official provider's message; undefined if there is none or it is unknown. */
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
