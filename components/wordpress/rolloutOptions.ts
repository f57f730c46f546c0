import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../kubectl/clusterAccess";
import type { Workload } from "../diagnostics/workload";
import { awaitRollout, type Rollout } from "../diagnostics/rollout";
import { warnOfFatalError } from "./fatalReport";

export interface RolloutArgs {
  readonly cluster: ClusterAccess;
  /** Returns the hook that reports why the pods did not become ready. */
  readonly onError: (workload: Workload) => pulumi.ErrorHook;
}

/** Returns the timeout of a rollout of the site's pods, and the hooks that run after it. */
export function rolloutOptions({ cluster, onError }: RolloutArgs, rollout: Rollout) {
  const { workload, timeoutSeconds } = rollout;
  const report = () => warnOfFatalError(cluster, workload.namespace);
  return {
    customTimeouts: { create: `${timeoutSeconds}s`, update: `${timeoutSeconds}s` },
    hooks: {
      afterCreate: [report],
      afterUpdate: [
        async () => {
          await awaitRollout(cluster, rollout);
          await report();
        },
      ],
      onError: [onError(workload)],
    },
  };
}
