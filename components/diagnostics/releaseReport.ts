import { type Remedy, matchingRemedies, relevantLogLines } from "./remedies";
import { explainPods, hasFailed, nodesOf, notReady, readEvents } from "./workload";
import { Kubectl } from "../kubectl/client";
import { recentPodLogs } from "./recentPodLogs";
import type { AnyObject, Event, Pod } from "../kubernetes/objects";

/** A Helm release. */
export interface HelmRelease {
  /** Name of the installed product, for messages. */
  readonly title: string;
  readonly name: string;
  readonly namespace: string;
  /** Remedies for known failures of its pods. @default none */
  readonly remedies?: readonly Remedy[];
}

/** The pods of a release and their logs. */
export interface ReleasePods {
  /** In the release's namespace. */
  readonly pods: readonly Pod[];
  /** Relevant log lines of the failed pods, by their label `app`: pods of one app fail alike. */
  readonly logLines: Readonly<Record<string, readonly string[]>>;
}

/** What was read from the cluster about a release. */
export interface ReleaseFacts extends ReleasePods {
  readonly context: string;
  readonly release: HelmRelease;
  /** Helm's records: a Secret for each revision, with its status in a label. */
  readonly records: readonly AnyObject[];
  /** Events of the release's namespace, oldest first. */
  readonly events: readonly Event[];
}

/** Reads what {@link explainRelease} needs. @throws KubectlError */
export async function readRelease(
  kubectl: Pick<Kubectl, "list" | "run">,
  context: string,
  release: HelmRelease,
): Promise<ReleaseFacts> {
  const { name, namespace } = release;
  const [secrets, pods, events] = await Promise.all([
    kubectl.list<AnyObject>("secrets", namespace),
    readReleasePods(kubectl, release),
    readEvents(kubectl, namespace),
  ]);
  const isRecord = ({ labels = {} }: AnyObject["metadata"]) => labels.owner === "helm" && labels.name === name;
  const records = secrets.filter(({ metadata }) => isRecord(metadata));
  return { context, release, records, events, ...pods };
}

/** Reads the pods of a release, and the logs of those that failed. @throws KubectlError */
export async function readReleasePods(
  kubectl: Pick<Kubectl, "list" | "run">,
  { namespace, remedies }: Pick<HelmRelease, "namespace" | "remedies">,
): Promise<ReleasePods> {
  const pods = await kubectl.list<Pod>("pods", namespace);
  const apps = [...new Set(failedPods(pods).map(appOf))];
  const logLines = await Promise.all(
    apps.map(async (app) => {
      const log = await recentPodLogs(kubectl, namespace, failedPods(pods, app));
      return [app, relevantLogLines(log, remedies)] as const;
    }),
  );
  return { pods, logLines: Object.fromEntries(logLines) };
}

function appOf({ metadata }: Pod): string {
  return metadata.labels?.app ?? metadata.name;
}

function failedPods(pods: readonly Pod[], app?: string): Pod[] {
  return notReady(pods).filter((pod) => hasFailed(pod) && (app === undefined || appOf(pod) === app));
}

/** Remedies for the failed pods of a release, one for each known cause. */
export function releaseRemedies({ pods, logLines }: ReleasePods, remedies: HelmRelease["remedies"] = []): string[] {
  return Object.entries(logLines).flatMap(([app, lines]) =>
    matchingRemedies(remedies, lines, nodesOf(failedPods(pods, app))),
  );
}

/** Explains why a release failed, and what to do. */
export function explainRelease(facts: ReleaseFacts): string {
  const { context, release, records, pods, events, logLines } = facts;
  const { title, name, namespace } = release;
  const helm = (verb: string) => `helm ${verb} ${name} --namespace ${namespace} --kube-context ${context}`;
  const status = records
    .map(({ metadata }) => metadata.labels?.status ?? "")
    .find((candidate) => candidate.startsWith("pending"));
  if (status !== undefined) {
    const [state, remedy] =
      status === "pending-install"
        ? ["No data is on it yet; uninstall it", `${helm("uninstall")} --wait`]
        : ["Its pods keep running; roll back to the previous revision", `${helm("rollback")} --wait`];
    return (
      `${title}'s release is unfinished (${status}): Helm was interrupted, and the release stays locked.\n` +
      `${state}: ${remedy}\nThen run again: pulumi up`
    );
  }
  const kubectl = `kubectl --context ${context} --namespace ${namespace}`;
  const reasons = explainPods(pods, events);
  return [
    `${title} did not come up:`,
    ...(reasons.length > 0 ? reasons : ["its pods give no reason; see Pulumi's own message below"]).map(
      (reason) => `  - ${reason}`,
    ),
    ...Object.values(logLines)
      .flat()
      .map((line) => `    | ${line}`),
    ...releaseRemedies(facts, release.remedies).map((sentence) => `What to do: ${sentence}`),
    `Inspect: ${kubectl} get pods; ${kubectl} get events`,
    "Fix the cause, then run again: pulumi up",
  ].join("\n");
}
