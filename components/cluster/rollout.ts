import type { ClusterAccess } from "./clusterAccess";
import type { Workload } from "./diagnosis";
import { workloadReport } from "./failureReport";
import { Kubectl } from "./kubectl";
import type { ObjectMeta } from "./objects";
import { untilNoneLeft } from "./waiting";

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

/**
 * Whole seconds that all pods may take to be replaced: Kubernetes's and Pulumi's usual 600, and more where many are replaced in turn.
 * @param secondsEach what each pod adds to that
 */
export function rolloutSeconds(replicas: number, secondsEach: number): number {
  return 600 + secondsEach * replicas;
}

/**
 * Waits after an update until all pods of a workload run the new template and are ready. The provider waits for a new template; for a
 * changed number of pods it may not.
 * @throws Error with the cluster's reasons when the time is up
 */
export async function awaitRollout(
  cluster: ClusterAccess,
  workload: Workload,
  timeoutSeconds: number,
  kubectl: Pick<Kubectl, "list"> = new Kubectl(cluster),
): Promise<void> {
  const { namespace, kind, app } = workload;
  const unfinished = async () => {
    const all = await kubectl.list<Controller>(`${kind.toLowerCase()}s`, namespace);
    return all.filter((controller) => controller.metadata.name === app && !isRolledOut(controller));
  };
  const timedOut = new Error("timed out");
  try {
    // An API server that does not answer for a moment is asked again.
    await untilNoneLeft<unknown>(
      timeoutSeconds,
      () => unfinished().catch((error: unknown) => [error]),
      () => timedOut,
    );
  } catch (error) {
    throw error === timedOut ? new Error(await workloadReport(cluster, workload)) : error;
  }
}

function isRolledOut({ metadata, spec, status = {} }: Controller): boolean {
  const counts = [status.replicas, status.updatedReplicas, status.readyReplicas];
  return (
    (status.observedGeneration ?? 0) >= metadata.generation && counts.every((count) => (count ?? 0) === spec.replicas)
  );
}
