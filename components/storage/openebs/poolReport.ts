import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../../kubectl/clusterAccess";
import { Kubectl } from "../../kubectl/client";
import type { DiskPool } from "../../kubernetes/objects";
import { messageOf, reportHook } from "../../diagnostics/errorHook";
import { diskPoolKind, openEbsName } from "./openEbsNames";

/** Logs the state of a pool that does not come online. The provider's message tells only that the timeout has passed. */
export function poolReport(name: string, cluster: ClusterAccess, pool: string): pulumi.ErrorHook {
  return reportHook(name, async () => {
    const state = await readPool(new Kubectl(cluster), pool).then(poolState, messageOf);
    const kubectl = `kubectl --context ${cluster.context} --namespace ${openEbsName}`;
    return [
      `DiskPool ${pool} is not online: ${state}`,
      `Inspect: ${kubectl} describe diskpool ${pool}; ${kubectl} logs --selector app=operator-diskpool`,
      "Fix the disk or the node, then run again: pulumi up",
    ].join("\n");
  });
}

/** Reads the stack's pool of that name; undefined if it does not exist. @throws KubectlError */
export async function readPool(kubectl: Kubectl, pool: string): Promise<DiskPool | undefined> {
  const pools = await kubectl.list<DiskPool>(diskPoolKind, openEbsName);
  return pools.find(({ metadata }) => metadata.name === pool);
}

/** Describes a pool's status. */
export function poolState(pool: DiskPool | undefined): string {
  if (!pool) return "it does not exist in the cluster";
  const { cr_state: state, pool_status: status } = pool.status ?? {};
  if (state === undefined && status === undefined) {
    return `OpenEBS's operator has not reported a status yet (node ${pool.spec.node}, disk ${pool.spec.disks.join(", ")})`;
  }
  return `${state ?? "no state"}, ${status ?? "no pool status"} (node ${pool.spec.node}, disk ${pool.spec.disks.join(", ")})`;
}
