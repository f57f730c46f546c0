import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../../kubectl/clusterAccess";
import { Kubectl } from "../../kubectl/client";
import type { AnyObject, ObjectMeta, Pod } from "../../kubernetes/objects";
import { messageOf } from "../../diagnostics/errorHook";
import { openEbsName } from "./openEbsNames";

/** A DaemonSet, as far as it says how its pods are replaced. */
export interface DaemonSet extends AnyObject {
  readonly spec: { readonly updateStrategy?: { readonly type?: string } };
}

/** A form of a DaemonSet's pods; the newest one has the highest number. */
export interface ControllerRevision {
  readonly metadata: ObjectMeta & { readonly ownerReferences?: readonly { readonly uid: string }[] };
  readonly revision: number;
}

interface OwnedPod extends Pod {
  readonly metadata: ControllerRevision["metadata"];
}

const revisionLabel = "controller-revision-hash";

/**
 * Names of pods that a DaemonSet has left as they were: with the strategy OnDelete, which the chart gives the io-engine, an upgrade
 * replaces no pod.
 */
export function outdatedPods(
  daemonSets: readonly DaemonSet[],
  revisions: readonly ControllerRevision[],
  pods: readonly OwnedPod[],
): string[] {
  return daemonSets
    .filter(({ spec }) => spec.updateStrategy?.type === "OnDelete")
    .flatMap(({ metadata: { uid } }) => {
      const isOwned = ({ metadata }: Pick<ControllerRevision, "metadata">) =>
        metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false;
      const [newest] = revisions.filter(isOwned).sort((one, other) => other.revision - one.revision);
      const current = newest?.metadata.labels?.[revisionLabel];
      return pods
        .filter(isOwned)
        .filter(({ metadata }) => current !== undefined && metadata.labels?.[revisionLabel] !== current)
        .map(({ metadata }) => metadata.name);
    })
    .sort();
}

/** Whose pods still run the previous version, and how to replace them; undefined where all run the new one. */
export function upgradeSteps(context: string, outdated: readonly string[]): string | undefined {
  if (outdated.length === 0) return undefined;
  const kubectl = `kubectl --context ${context} --namespace ${openEbsName}`;
  return [
    `OpenEBS is upgraded but for its io-engine: ${outdated.join(", ")} still run the previous version. Their DaemonSet replaces a ` +
      "pod only when it is deleted, because the volumes of its node lose a replica meanwhile.",
    "Replace one after the other. Before each one all pools have to be Online and all volumes have to have all their replicas:",
    `  ${kubectl} get diskpools; kubectl openebs mayastor get volumes`,
    ...outdated.map((pod) => `  ${kubectl} delete pod ${pod}`),
  ].join("\n");
}

/** Warns after an upgrade of the chart of pods that still run the previous version. */
export async function reportOutdatedEngines(cluster: ClusterAccess): Promise<void> {
  const kubectl = new Kubectl(cluster);
  try {
    const [daemonSets, revisions, pods] = await Promise.all([
      kubectl.list<DaemonSet>("daemonsets", openEbsName),
      kubectl.list<ControllerRevision>("controllerrevisions.apps", openEbsName),
      kubectl.list<OwnedPod>("pods", openEbsName),
    ]);
    const steps = upgradeSteps(cluster.context, outdatedPods(daemonSets, revisions, pods));
    if (steps !== undefined) await pulumi.log.warn(steps);
  } catch (error) {
    await pulumi.log.warn(`Whether all of OpenEBS's pods run the new version could not be read: ${messageOf(error)}`);
  }
}
