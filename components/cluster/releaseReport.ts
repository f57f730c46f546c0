import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "./clusterAccess";
import { explainPods, readEvents } from "./diagnosis";
import { Kubectl } from "./kubectl";
import type { AnyObject, Event, Pod } from "./objects";
import { messageOf, reportHook } from "./reportHook";

/** A release of Helm's. */
export interface HelmRelease {
  /** What people call what it installs. */
  readonly title: string;
  readonly name: string;
  readonly namespace: string;
}

/** What the cluster says about a release. */
export interface ReleaseFacts {
  readonly context: string;
  readonly release: HelmRelease;
  /** Helm's records: a Secret for each revision, with what became of it in its labels. */
  readonly records: readonly AnyObject[];
  /** In the release's namespace. */
  readonly pods: readonly Pod[];
  /** Of that namespace, oldest first. */
  readonly events: readonly Event[];
}

/**
 * When a release does not come up, says which of its pods is the cause, or how to go on where Helm was cut off before. The
 * provider's message knows only that the time ran out, or that the name is in use.
 */
export function releaseReport(name: string, cluster: ClusterAccess, release: HelmRelease): pulumi.ErrorHook {
  return reportHook(name, () =>
    readRelease(new Kubectl(cluster), cluster.context, release).then(explainRelease, messageOf),
  );
}

/** Reads what {@link explainRelease} needs. @throws KubectlFailed */
export async function readRelease(kubectl: Kubectl, context: string, release: HelmRelease): Promise<ReleaseFacts> {
  const { name, namespace } = release;
  const [secrets, pods, events] = await Promise.all([
    kubectl.list<AnyObject>("secrets", namespace),
    kubectl.list<Pod>("pods", namespace),
    readEvents(kubectl, namespace),
  ]);
  const isRecord = ({ labels = {} }: AnyObject["metadata"]) => labels.owner === "helm" && labels.name === name;
  const records = secrets.filter(({ metadata }) => isRecord(metadata));
  return { context, release, records, pods, events };
}

/** What stands in the way of a release, and what to do. */
export function explainRelease({ context, release, records, pods, events }: ReleaseFacts): string {
  const { title, name, namespace } = release;
  const helm = (verb: string) => `helm ${verb} ${name} --namespace ${namespace} --kube-context ${context}`;
  const status = records
    .map(({ metadata }) => metadata.labels?.status ?? "")
    .find((candidate) => candidate.startsWith("pending"));
  if (status !== undefined) {
    const [what, mend] =
      status === "pending-install"
        ? ["Nothing is on it yet; remove what is there", `${helm("uninstall")} --wait`]
        : ["What runs goes on running; go back to the revision before", `${helm("rollback")} --wait`];
    return (
      `${title}'s release is unfinished (${status}): Helm was cut off while it worked, and lets nobody else begin.\n` +
      `${what}: ${mend}\nThen again: pulumi up`
    );
  }
  const kubectl = `kubectl --context ${context} --namespace ${namespace}`;
  const reasons = explainPods(pods, events);
  return [
    `${title} did not come up:`,
    ...(reasons.length > 0 ? reasons : ["its pods give no reason; the message of Pulumi's that follows does"]).map(
      (reason) => `  - ${reason}`,
    ),
    `Look: ${kubectl} get pods; ${kubectl} get events`,
    "Mend the cause, then again: pulumi up",
  ].join("\n");
}
