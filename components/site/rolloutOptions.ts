import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/clusterAccess";
import type { Workload } from "../cluster/diagnosis";
import { awaitRollout, rolloutSeconds } from "../cluster/rollout";
import { warnOfFatalError } from "./fatalReport";

/**
 * Whole seconds that each pod adds to a rollout's timeout. A Deployment replaces a quarter of its pods at a time, a StatefulSet one
 * pod after the other, which takes the pod's end (up to 35 s) and its start.
 */
const secondsEach = { Deployment: 10, StatefulSet: 60 } as const;

export interface RolloutArgs {
  readonly cluster: ClusterAccess;
  readonly replicas: number;
  /** Called when the pods do not come up. */
  readonly onError: (workload: Workload) => pulumi.ErrorHook;
}

/** How long the site's pods are waited for, and what follows once they are ready. */
export function rolloutOptions(
  { cluster, replicas, onError }: RolloutArgs,
  workload: Workload & { readonly kind: keyof typeof secondsEach },
): Pick<pulumi.CustomResourceOptions, "customTimeouts" | "hooks"> {
  const seconds = rolloutSeconds(replicas, secondsEach[workload.kind]);
  const report = () => warnOfFatalError(cluster, workload.namespace);
  return {
    customTimeouts: { create: `${seconds}s`, update: `${seconds}s` },
    hooks: {
      afterCreate: [report],
      afterUpdate: [
        async () => {
          await awaitRollout(cluster, workload, seconds);
          await report();
        },
      ],
      onError: [onError(workload)],
    },
  };
}
