import { RunError } from "@pulumi/pulumi";
import type { ClusterAccess } from "../kubectl/clusterAccess";
import type { Workload } from "./workload";
import { workloadReport } from "./failureReport";
import { Kubectl } from "../kubectl/client";
import type { ObjectMeta } from "../kubernetes/objects";
import { messageOf } from "./errorHook";
import { pollUntilEmpty } from "../kubectl/polling";

/** A Deployment or StatefulSet, as far as a rollout is read off it. */
interface Controller {
  readonly metadata: ObjectMeta & { readonly generation: number };
  readonly spec: { readonly replicas: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
  };
}

/** A workload whose pods are waited for. */
export interface Rollout {
  readonly workload: Workload & { readonly kind: "Deployment" | "StatefulSet" };
  /** Whole seconds that all of them may take. */
  readonly timeoutSeconds: number;
}

/**
 * Whole seconds that each pod adds to a rollout's timeout. A Deployment replaces a quarter of its pods at a time, a StatefulSet one
 * pod after the other, which takes the pod's end (up to 35 s) and its start.
 */
const secondsEach = { Deployment: 10, StatefulSet: 60 } as const;

/** A rollout that has Kubernetes's and Pulumi's usual 600 seconds, and more for more pods. */
export function rolloutOf(workload: Rollout["workload"], replicas: number): Rollout {
  return { workload, timeoutSeconds: 600 + secondsEach[workload.kind] * replicas };
}

/** Whole seconds in which an API server may restart, or another one take over. */
const unansweredSeconds = 120;

/**
 * Waits after an update until all pods of a workload run the new template and are ready. The provider waits for a new template; for a
 * changed number of pods it may not.
 * @throws Error with the cluster's reasons when the time is up; with kubectl's, where the cluster does not answer
 */
export async function awaitRollout(
  cluster: ClusterAccess,
  { workload, timeoutSeconds }: Rollout,
  kubectl: Pick<Kubectl, "list"> = new Kubectl(cluster),
  patienceSeconds = unansweredSeconds,
): Promise<void> {
  const { namespace, kind, app } = workload;
  let answeredAt = Date.now();
  const unfinished = async () => {
    const all = await kubectl.list<Controller>(`${kind.toLowerCase()}s`, namespace);
    answeredAt = Date.now();
    return all.filter((controller) => controller.metadata.name === app && !isRolledOut(controller));
  };
  const timedOut = new Error("timed out");
  try {
    await pollUntilEmpty<unknown>(
      timeoutSeconds,
      () =>
        unfinished().catch((error: unknown) => {
          if (Date.now() - answeredAt > patienceSeconds * 1000) throw error;
          return [error];
        }),
      () => timedOut,
    );
  } catch (error) {
    throw error === timedOut ? new Error(await workloadReport(cluster, workload)) : error;
  }
}

/**
 * Waits at the end of every `up`. For a workload without a change no hook waits, and an `up` that failed may have left its new pods
 * unready.
 * @throws RunError with the cluster's reasons when the time is up
 */
export async function awaitAllRollouts(
  cluster: ClusterAccess,
  rollouts: readonly Rollout[],
  kubectl?: Pick<Kubectl, "list">,
): Promise<void> {
  try {
    await Promise.all(rollouts.map((rollout) => awaitRollout(cluster, rollout, kubectl)));
  } catch (error) {
    throw new RunError(messageOf(error));
  }
}

function isRolledOut({ metadata, spec, status = {} }: Controller): boolean {
  const counts = [status.replicas, status.updatedReplicas, status.readyReplicas];
  return (
    (status.observedGeneration ?? 0) >= metadata.generation && counts.every((count) => (count ?? 0) === spec.replicas)
  );
}
