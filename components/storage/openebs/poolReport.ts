import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../../kubectl/clusterAccess";
import { Kubectl } from "../../kubectl/client";
import type { DiskPool } from "../../kubernetes/objects";
import { messageOf, reportHook } from "../../diagnostics/errorHook";
import { diskPoolKind, openEbsName } from "./openEbsNames";

/** When a pool does not come online, says what state it is in. The provider's message knows only that the time ran out. */
export function poolReport(name: string, cluster: ClusterAccess, pool: string): pulumi.ErrorHook {
  return reportHook(name, async () => {
    const state = await readPool(new Kubectl(cluster), pool).then(poolState, messageOf);
    const kubectl = `kubectl --context ${cluster.context} --namespace ${openEbsName}`;
    return [
      `DiskPool ${pool} is not online: ${state}`,
      `Look: ${kubectl} describe diskpool ${pool}; ${kubectl} logs --selector app=operator-diskpool`,
      "Mend the disk or the node, then again: pulumi up",
    ].join("\n");
  });
}

/** The stack's pool of that name; undefined where the cluster does not have it. @throws KubectlError */
export async function readPool(kubectl: Kubectl, pool: string): Promise<DiskPool | undefined> {
  const pools = await kubectl.list<DiskPool>(diskPoolKind, openEbsName);
  return pools.find(({ metadata }) => metadata.name === pool);
}

/** What a pool's status says. */
export function poolState(pool: DiskPool | undefined): string {
  if (!pool) return "the cluster does not have it";
  const { cr_state: state, pool_status: status } = pool.status ?? {};
  if (state === undefined && status === undefined) {
    return `OpenEBS's operator has not said anything of it yet (node ${pool.spec.node}, disk ${pool.spec.disks.join(", ")})`;
  }
  return `${state ?? "no state"}, ${status ?? "no pool status"} (node ${pool.spec.node}, disk ${pool.spec.disks.join(", ")})`;
}
