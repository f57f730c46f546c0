import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../kubectl/clusterAccess";
import type { Workload } from "../diagnostics/workload";
import { awaitRollout, type Rollout } from "../diagnostics/rollout";
import { warnOfFatalError } from "./fatalReport";

export interface RolloutArgs {
  readonly cluster: ClusterAccess;
  /** Called when the pods do not come up. */
  readonly onError: (workload: Workload) => pulumi.ErrorHook;
}

/** How long the site's pods are waited for, and what follows once they are ready. */
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
