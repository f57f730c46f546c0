import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "./clusterAccess";
import { explain, readWorkload, type Workload } from "./diagnosis";
import { Kubectl } from "./kubectl";
import { messageOf, reportHook } from "./reportHook";

const noReason = "its pods and claims give no reason; the message of Pulumi's that follows does";

/**
 * When a workload does not come up, or not in its new form, says which of its objects is the cause and the cluster's own reason. The provider's
 * message that follows knows only that the time ran out.
 */
export function failureReport(name: string, cluster: ClusterAccess, workload: Workload): pulumi.ErrorHook {
  return reportHook(name, async () => {
    const { namespace, kind, app } = workload;
    const client = new Kubectl(cluster);
    const reasons = await readWorkload(client, workload).then(explain, (error: unknown) => [
      `the cluster could not be asked why: ${messageOf(error)}`,
    ]);
    const said = kind === "Job" ? await lastWords(client, workload) : [];
    const kubectl = `kubectl --context ${cluster.context} --namespace ${namespace}`;
    return [
      `${kind} ${app} did not ${kind === "Job" ? "end well" : "come up"}:`,
      ...(reasons.length > 0 ? reasons : [noReason]).map((reason) => `  - ${reason}`),
      ...said.map((line) => `    | ${line}`),
      `Look: ${kubectl} describe pods --selector app=${app}; ${kubectl} logs --selector app=${app} --prefix`,
      "Mend the cause, then again: pulumi up",
    ].join("\n");
  });
}

/** The end of what a job's pods printed. None of its scripts prints a secret. */
async function lastWords(kubectl: Kubectl, { namespace, app }: Workload): Promise<string[]> {
  const logs = ["logs", "--namespace", namespace, "--selector", `app=${app}`, "--all-containers", "--tail=10"];
  const text = await kubectl.run(logs).catch(() => "");
  return text.trim() === "" ? [] : text.trimEnd().split("\n");
}
