import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../kubectl/clusterAccess";
import { relevantLogLines, workloadRemedies } from "./remedies";
import { explain, nodesOf, notReady, readWorkload, type Workload } from "./workload";
import { Kubectl } from "../kubectl/client";
import { recentPodLogs } from "./recentPodLogs";
import { messageOf, reportHook } from "./errorHook";

const noReason = "its pods and claims give no reason; see Pulumi's own message below";

/**
 * Logs which object keeps a workload from becoming ready, with the cluster's own reason. The provider's message that follows
 * tells only that the timeout has passed.
 */
export function failureReport(name: string, cluster: ClusterAccess, workload: Workload): pulumi.ErrorHook {
  return reportHook(name, () => workloadReport(cluster, workload));
}

/** Reports why a workload is not ready or a job failed, and what to do. */
export async function workloadReport(cluster: ClusterAccess, workload: Workload): Promise<string> {
  const { namespace, kind, app } = workload;
  const client = new Kubectl(cluster);
  const { reasons, pods } = await readWorkload(client, workload).then(
    (facts) => ({ reasons: explain(facts), pods: facts.pods }),
    (error: unknown) => ({ reasons: [`the reason could not be read from the cluster: ${messageOf(error)}`], pods: [] }),
  );
  // Only a container that exited by itself has logged the reason.
  const hasEnded = kind === "Job" || reasons.some((reason) => / exited with code /.test(reason));
  const logLines = hasEnded ? relevantLogLines(await recentPodLogs(client, namespace, pods), workload.remedies) : [];
  const kubectl = `kubectl --context ${cluster.context} --namespace ${namespace}`;
  return [
    `${kind} ${app} ${kind === "Job" ? "failed" : "did not come up"}:`,
    ...(reasons.length > 0 ? reasons : [noReason]).map((reason) => `  - ${reason}`),
    ...logLines.map((line) => `    | ${line}`),
    ...workloadRemedies(workload, [...reasons, ...logLines], nodesOf(notReady(pods))).map(
      (sentence) => `What to do: ${sentence}`,
    ),
    `Inspect: ${kubectl} describe pods --selector app=${app}; ${kubectl} logs --selector app=${app} --prefix`,
    "Fix the cause, then run again: pulumi up",
  ].join("\n");
}
