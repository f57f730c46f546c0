import { preparationFindings } from "../storage/openebs/openEbsChecks";
import { listIfKnown } from "../kubectl/optionalList";
import { diskPoolKind, openEbsName } from "../storage/openebs/openEbsNames";
import { moveFindings } from "../storage/claims/claimChecks";
import type { Kubectl } from "../kubectl/client";
import type { Claim, DiskPool } from "../kubernetes/objects";
import { otherCluster, type PreflightResult } from "./checks";

/** The part of the result that must not change while the stack has data: its place, and whether the program prepares nodes. */
export type KeptResult = Pick<
  PreflightResult,
  "context" | "server" | "cluster" | "namespace" | "engine" | "configuredClass" | "storageClass" | "managesNodes"
>;

export function keptResult(result: PreflightResult): KeptResult {
  const { context, server, cluster, namespace, engine, configuredClass, storageClass, managesNodes = false } = result;
  return { context, server, cluster, namespace, engine, configuredClass, storageClass, managesNodes };
}

/** Lists changes that would separate the stack from its data, one finding each; none at its first `up`. */
export async function keptResultFindings(
  kubectl: Pick<Kubectl, "list">,
  result: KeptResult,
  previous: KeptResult | undefined,
): Promise<string[]> {
  if (previous === undefined) return [];
  if (previous.cluster !== result.cluster) return [otherCluster(result, previous)];
  const claims = async (namespace: string) => kubectl.list<Claim>("persistentvolumeclaims", namespace);
  return [
    ...moveFindings(
      result,
      { claims: await claims(result.namespace), previousClaims: await claims(previous.namespace) },
      { previous, storageClass: result.storageClass },
    ),
    ...(await preparedNodes(kubectl, result, previous)),
  ];
}

/** Findings for prepared nodes that the program would no longer manage. Without `managesNodes` it has prepared none. */
async function preparedNodes(
  kubectl: Pick<Kubectl, "list">,
  { engine, managesNodes = false }: KeptResult,
  { managesNodes: hasManagedNodes = false }: KeptResult,
): Promise<string[]> {
  if (engine === "existing" || managesNodes || !hasManagedNodes) return [];
  const pools = await listIfKnown<DiskPool>(kubectl, diskPoolKind, openEbsName);
  return preparationFindings({ managesNodes }, { hasManagedNodes, pools });
}
