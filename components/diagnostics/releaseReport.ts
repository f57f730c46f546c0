import { type Remedy, matchingRemedies, relevantLogLines } from "./remedies";
import { explainPods, hasFailed, nodesOf, notReady, readEvents } from "./workload";
import { Kubectl } from "../kubectl/client";
import { recentPodLogs } from "./recentPodLogs";
import type { AnyObject, Event, Pod } from "../kubernetes/objects";

/** A release of Helm's. */
export interface HelmRelease {
  /** What people call what it installs. */
  readonly title: string;
  readonly name: string;
  readonly namespace: string;
  /** Of causes that its pods may have. @default none */
  readonly remedies?: readonly Remedy[];
}

/** What the cluster says about the pods of a release. */
export interface ReleasePods {
  /** In the release's namespace. */
  readonly pods: readonly Pod[];
  /** What tells most in the logs of the pods that have failed, by their app: the pods of one fail alike. */
  readonly said: Readonly<Record<string, readonly string[]>>;
}

/** What the cluster says about a release. */
export interface ReleaseFacts extends ReleasePods {
  readonly context: string;
  readonly release: HelmRelease;
  /** Helm's records: a Secret for each revision, with what became of it in its labels. */
  readonly records: readonly AnyObject[];
  /** Of the release's namespace, oldest first. */
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

/** Reads the pods of a release and why they failed. @throws KubectlError */
export async function readReleasePods(
  kubectl: Pick<Kubectl, "list" | "run">,
  { namespace, remedies }: Pick<HelmRelease, "namespace" | "remedies">,
): Promise<ReleasePods> {
  const pods = await kubectl.list<Pod>("pods", namespace);
  const apps = [...new Set(failedPods(pods).map(appOf))];
  const said = await Promise.all(
    apps.map(async (app) => {
      const log = await recentPodLogs(kubectl, namespace, failedPods(pods, app));
      return [app, relevantLogLines(log, remedies)] as const;
    }),
  );
  return { pods, said: Object.fromEntries(said) };
}

function appOf({ metadata }: Pod): string {
  return metadata.labels?.app ?? metadata.name;
}

function failedPods(pods: readonly Pod[], app?: string): Pod[] {
  return notReady(pods).filter((pod) => hasFailed(pod) && (app === undefined || appOf(pod) === app));
}

/** What to do about pods of a release that have failed, a sentence a cause; none where the cause is not known. */
export function releaseRemedies({ pods, said }: ReleasePods, remedies: HelmRelease["remedies"] = []): string[] {
  return Object.entries(said).flatMap(([app, lines]) =>
    matchingRemedies(remedies, lines, nodesOf(failedPods(pods, app))),
  );
}

/** What stands in the way of a release, and what to do. */
export function explainRelease(facts: ReleaseFacts): string {
  const { context, release, records, pods, events, said } = facts;
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
    ...Object.values(said)
      .flat()
      .map((line) => `    | ${line}`),
    ...releaseRemedies(facts, release.remedies).map((sentence) => `What to do: ${sentence}`),
    `Look: ${kubectl} get pods; ${kubectl} get events`,
    "Mend the cause, then again: pulumi up",
  ].join("\n");
}
