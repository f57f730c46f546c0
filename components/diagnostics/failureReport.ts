import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../kubectl/clusterAccess";
import { relevantLogLines, workloadRemedies } from "./remedies";
import { explain, nodesOf, notReady, readWorkload, type Workload } from "./workload";
import { Kubectl } from "../kubectl/client";
import { recentPodLogs } from "./recentPodLogs";
import { messageOf, reportHook } from "./errorHook";

const noReason = "its pods and claims give no reason; the message of Pulumi's that follows does";

/**
 * When a workload does not come up, or not in its new form, says which of its objects is the cause and the cluster's own reason. The provider's
 * message that follows knows only that the time ran out.
 */
export function failureReport(name: string, cluster: ClusterAccess, workload: Workload): pulumi.ErrorHook {
  return reportHook(name, () => workloadReport(cluster, workload));
}

/** Why a workload is not up or a job failed, and what to do. */
export async function workloadReport(cluster: ClusterAccess, workload: Workload): Promise<string> {
  const { namespace, kind, app } = workload;
  const client = new Kubectl(cluster);
  const { reasons, pods } = await readWorkload(client, workload).then(
    (facts) => ({ reasons: explain(facts), pods: facts.pods }),
    (error: unknown) => ({ reasons: [`the cluster could not be asked why: ${messageOf(error)}`], pods: [] }),
  );
  // What pods that run print is not for this; what ended by itself has said why.
  const hasEnded = kind === "Job" || reasons.some((reason) => / ended with exit code /.test(reason));
  const said = hasEnded ? relevantLogLines(await recentPodLogs(client, namespace, pods), workload.remedies) : [];
  const kubectl = `kubectl --context ${cluster.context} --namespace ${namespace}`;
  return [
    `${kind} ${app} did not ${kind === "Job" ? "end well" : "come up"}:`,
    ...(reasons.length > 0 ? reasons : [noReason]).map((reason) => `  - ${reason}`),
    ...said.map((line) => `    | ${line}`),
    ...workloadRemedies(workload, [...reasons, ...said], nodesOf(notReady(pods))).map(
      (sentence) => `What to do: ${sentence}`,
    ),
    `Look: ${kubectl} describe pods --selector app=${app}; ${kubectl} logs --selector app=${app} --prefix`,
    "Mend the cause, then again: pulumi up",
  ].join("\n");
}
