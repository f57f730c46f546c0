import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/clusterAccess";
import { explainPods, readEvents } from "../cluster/diagnosis";
import { Kubectl } from "../cluster/kubectl";
import type { AnyObject, Event, Pod } from "../cluster/objects";
import { messageOf, reportHook } from "../cluster/reportHook";
import { openEbsName } from "./openEbsNames";

/** What the cluster says about OpenEBS's release. */
export interface ReleaseFacts {
  readonly context: string;
  /** Helm's records: a Secret for each revision, with what became of it in its labels. */
  readonly records: readonly AnyObject[];
  /** In OpenEBS's namespace. */
  readonly pods: readonly Pod[];
  /** Of that namespace, oldest first. */
  readonly events: readonly Event[];
}

/**
 * When OpenEBS does not come up, says which of its pods is the cause, or how to go on where Helm was cut off before. The
 * provider's message knows only that the time ran out, or that the name is in use.
 */
export function releaseReport(name: string, cluster: ClusterAccess): pulumi.ErrorHook {
  return reportHook(name, () => readRelease(cluster).then(explainRelease, messageOf));
}

async function readRelease(cluster: ClusterAccess): Promise<ReleaseFacts> {
  const kubectl = new Kubectl(cluster);
  const [secrets, pods, events] = await Promise.all([
    kubectl.list<AnyObject>("secrets", openEbsName),
    kubectl.list<Pod>("pods", openEbsName),
    readEvents(kubectl, openEbsName),
  ]);
  const isRecord = ({ labels = {} }: AnyObject["metadata"]) => labels.owner === "helm" && labels.name === openEbsName;
  const records = secrets.filter(({ metadata }) => isRecord(metadata));
  return { context: cluster.context, records, pods, events };
}

/** What stands in the way of OpenEBS's release, and what to do. */
export function explainRelease({ context, records, pods, events }: ReleaseFacts): string {
  const helm = (verb: string) => `helm ${verb} ${openEbsName} --namespace ${openEbsName} --kube-context ${context}`;
  const status = records
    .map(({ metadata }) => metadata.labels?.status ?? "")
    .find((candidate) => candidate.startsWith("pending"));
  if (status !== undefined) {
    const [what, mend] =
      status === "pending-install"
        ? ["Nothing is on it yet; remove what is there", `${helm("uninstall")} --wait`]
        : ["What runs goes on running; go back to the revision before", `${helm("rollback")} --wait`];
    return (
      `OpenEBS's release is unfinished (${status}): Helm was cut off while it worked, and lets nobody else begin.\n` +
      `${what}: ${mend}\nThen again: pulumi up`
    );
  }
  const kubectl = `kubectl --context ${context} --namespace ${openEbsName}`;
  const reasons = explainPods(pods, events);
  return [
    "OpenEBS did not come up:",
    ...(reasons.length > 0 ? reasons : ["its pods give no reason; the message of Pulumi's that follows does"]).map(
      (reason) => `  - ${reason}`,
    ),
    `Look: ${kubectl} get pods; ${kubectl} get events`,
    "Mend the cause, then again: pulumi up",
  ].join("\n");
}
