import { moveFindings } from "./claimFindings";
import type { Kubectl } from "./kubectl";
import type { Claim } from "./objects";
import { otherCluster, type PreflightRecord } from "./preflightChecks";

/** Where the stack's data is: what must not change under it. */
export type KeptRecord = Pick<
  PreflightRecord,
  "context" | "server" | "cluster" | "namespace" | "engine" | "configuredClass" | "storageClass"
>;

export function keptRecord(record: PreflightRecord): KeptRecord {
  const { context, server, cluster, namespace, engine, configuredClass, storageClass } = record;
  return { context, server, cluster, namespace, engine, configuredClass, storageClass };
}

/** What has changed under a stack's data, a finding a line; none at its first `up`. */
export async function recordFindings(
  kubectl: Pick<Kubectl, "list">,
  record: KeptRecord,
  previous: KeptRecord | undefined,
): Promise<string[]> {
  if (previous === undefined) return [];
  if (previous.cluster !== record.cluster) return [otherCluster(record, previous)];
  const claims = async (namespace: string) => kubectl.list<Claim>("persistentvolumeclaims", namespace);
  return moveFindings(
    { namespace: record.namespace, engine: record.engine, className: record.configuredClass ?? undefined },
    { claims: await claims(record.namespace), formerClaims: await claims(previous.namespace) },
    { former: previous, storageClass: record.storageClass },
  );
}
