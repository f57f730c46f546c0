import { preparationFindings } from "../storage/openebs/openEbsChecks";
import { listIfKnown } from "../kubectl/optionalList";
import { diskPoolKind, openEbsName } from "../storage/openebs/openEbsNames";
import { moveFindings } from "../storage/claims/claimChecks";
import type { Kubectl } from "../kubectl/client";
import type { Claim, DiskPool } from "../kubernetes/objects";
import { otherCluster, type PreflightResult } from "./checks";

/** Where the stack's data is, and who prepared its nodes: what must not change under it. */
export type KeptResult = Pick<
  PreflightResult,
  "context" | "server" | "cluster" | "namespace" | "engine" | "configuredClass" | "storageClass" | "managesNodes"
>;

export function keptResult(record: PreflightResult): KeptResult {
  const { context, server, cluster, namespace, engine, configuredClass, storageClass, managesNodes = false } = record;
  return { context, server, cluster, namespace, engine, configuredClass, storageClass, managesNodes };
}

/** What has changed under a stack's data, a finding a line; none at its first `up`. */
export async function keptResultFindings(
  kubectl: Pick<Kubectl, "list">,
  record: KeptResult,
  previous: KeptResult | undefined,
): Promise<string[]> {
  if (previous === undefined) return [];
  if (previous.cluster !== record.cluster) return [otherCluster(record, previous)];
  const claims = async (namespace: string) => kubectl.list<Claim>("persistentvolumeclaims", namespace);
  return [
    ...moveFindings(
      record,
      { claims: await claims(record.namespace), previousClaims: await claims(previous.namespace) },
      { previous, storageClass: record.storageClass },
    ),
    ...(await preparedNodes(kubectl, record, previous)),
  ];
}

/** Nodes that the program has prepared and would no longer manage. A record without `managesNodes` says that it prepared none. */
async function preparedNodes(
  kubectl: Pick<Kubectl, "list">,
  { engine, managesNodes = false }: KeptResult,
  { managesNodes: hasManagedNodes = false }: KeptResult,
): Promise<string[]> {
  if (engine === "existing" || managesNodes || !hasManagedNodes) return [];
  const pools = await listIfKnown<DiskPool>(kubectl, diskPoolKind, openEbsName);
  return preparationFindings({ managesNodes }, { hasManagedNodes, pools });
}
