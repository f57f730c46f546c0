import { RunError } from "@pulumi/pulumi";
import type { ClusterAccess } from "../kubectl/clusterAccess";
import type { Workload } from "./workload";
import { workloadReport } from "./failureReport";
import { Kubectl } from "../kubectl/client";
import type { ObjectMeta } from "../kubernetes/objects";
import { messageOf } from "./errorHook";
import { pollUntilEmpty } from "../kubectl/polling";

/** The fields of a Deployment or StatefulSet that tell the state of its rollout. */
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

/** A workload to wait for. */
export interface Rollout {
  readonly workload: Workload & { readonly kind: "Deployment" | "StatefulSet" };
  /** Timeout of the whole rollout, in whole seconds. */
  readonly timeoutSeconds: number;
}

/**
 * Whole seconds that each pod adds to a rollout's timeout. A Deployment replaces a quarter of its pods at a time. A
 * StatefulSet replaces one pod after the other, each of which takes up to 35 s to end, and then its start.
 */
const secondsEach = { Deployment: 10, StatefulSet: 60 } as const;

/** A rollout with a timeout of 600 s, the default of Kubernetes and Pulumi, and more for each pod. */
export function rolloutOf(workload: Rollout["workload"], replicas: number): Rollout {
  return { workload, timeoutSeconds: 600 + secondsEach[workload.kind] * replicas };
}

/** Timeout for an API server that does not answer, in whole seconds: it may restart, or another one may take over. */
const apiServerTimeoutSeconds = 120;

/**
 * Waits after an update until all pods of a workload run the new template and are ready. The provider waits for a new
 * template, but not always for a changed number of pods.
 * @throws Error with the cluster's reasons after the timeout, or with kubectl's if the cluster does not answer
 */
export async function awaitRollout(
  cluster: ClusterAccess,
  { workload, timeoutSeconds }: Rollout,
  kubectl: Pick<Kubectl, "list"> = new Kubectl(cluster),
  unansweredSeconds = apiServerTimeoutSeconds,
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
          if (Date.now() - answeredAt > unansweredSeconds * 1000) throw error;
          return [error];
        }),
      () => timedOut,
    );
  } catch (error) {
    throw error === timedOut ? new Error(await workloadReport(cluster, workload)) : error;
  }
}

/**
 * Waits for all rollouts at the end of every `up`. No hook waits for an unchanged workload, whose pods may still be unready
 * after a failed `up`.
 * @throws RunError with the cluster's reasons after the timeout
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
