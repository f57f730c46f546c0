import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../../kubectl/clusterAccess";
import { Kubectl } from "../../kubectl/client";
import type { AnyObject, ObjectMeta, Pod } from "../../kubernetes/objects";
import { messageOf } from "../../diagnostics/errorHook";
import { openEbsName } from "./openEbsNames";

/** The fields of a DaemonSet that tell how its pods are replaced. */
export interface DaemonSet extends AnyObject {
  readonly spec: { readonly updateStrategy?: { readonly type?: string } };
}

/** A revision of a DaemonSet's pod template. The newest one has the highest number. */
export interface ControllerRevision {
  readonly metadata: ObjectMeta & { readonly ownerReferences?: readonly { readonly uid: string }[] };
  readonly revision: number;
}

interface OwnedPod extends Pod {
  readonly metadata: ControllerRevision["metadata"];
}

const revisionLabel = "controller-revision-hash";

/**
 * Names of pods that an upgrade has not replaced: the chart gives the io-engine's DaemonSet the update strategy OnDelete, with
 * which only deleted pods are replaced.
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

/** Names the pods that still run the previous version, and how to replace them; undefined if all run the new one. */
export function upgradeSteps(context: string, outdated: readonly string[]): string | undefined {
  if (outdated.length === 0) return undefined;
  const kubectl = `kubectl --context ${context} --namespace ${openEbsName}`;
  return [
    `OpenEBS is upgraded except for its io-engine: ${outdated.join(", ")} still run the previous version. Their DaemonSet replaces ` +
      "a pod only when it is deleted, because the volumes of its node lack a replica until the new pod runs.",
    "Replace the pods one after the other. Before each one, all pools must be Online and all volumes must have all replicas:",
    `  ${kubectl} get diskpools; kubectl openebs mayastor get volumes`,
    ...outdated.map((pod) => `  ${kubectl} delete pod ${pod}`),
  ].join("\n");
}

/** Warns of pods that still run the previous version after an upgrade of the chart. */
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
    await pulumi.log.warn(`The versions of OpenEBS's pods could not be read: ${messageOf(error)}`);
  }
}
