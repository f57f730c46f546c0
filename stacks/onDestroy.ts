import type { local } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../components/kubectl/clusterAccess";
import type { ClusterIdentity } from "../components/kubectl/destroyGuard";
import { kubectlCommand } from "../components/kubectl/scriptResource";
import { nfsDriver, nfsName } from "../components/storage/nfs/nfsNames";
import { openEbsName } from "../components/storage/openebs/openEbsNames";
import { managedDrivers } from "../components/storage/openebs/storage";
import { neededNfs } from "./requests";
import type { Config } from "./config/tree";

/** The cluster, and the identity that marks the objects of this stack there. */
export interface Owner {
  readonly cluster: ClusterAccess;
  readonly clusterIdentity: pulumi.Input<ClusterIdentity>;
  readonly instance: pulumi.Input<string>;
}

/**
 * Deletes the claims at destroy, after the workloads and before the namespace, and waits until their volumes are deleted.
 * @param dependsOn resources that are deleted after it
 */
export function deleteClaimsOnDestroy(
  { namespace, dataRetention, content }: Config,
  { cluster, clusterIdentity, instance }: Owner,
  dependsOn: pulumi.Resource[],
): local.Command {
  const statefulSets = ["mariadb", ...(content === "perPod" ? ["wordpress"] : [])];
  const guard = { cluster: clusterIdentity, instance, namespaces: [namespace] };
  return kubectlCommand(
    "volumes",
    { cluster, onDelete: "delete-claims", request: { namespace, dataRetention, statefulSets, guard } },
    { dependsOn },
  );
}

/**
 * A destroy deletes it first. It stops the destroy if this is another cluster, if the site is another stack's, or if other
 * workloads have volumes on the stack's storage. It exists only between a complete `up` and the start of a destroy, so the
 * commands `volumes` and `storage-openebs-leftovers` compare cluster and stack once more.
 * @param diskPools names of the stack's DiskPools
 * @param dependsOn resources that are deleted after it
 */
export function destroyGuard(
  config: Config,
  { cluster, clusterIdentity, instance, diskPools }: Owner & { readonly diskPools: readonly string[] },
  dependsOn: pulumi.Resource[],
): local.Command {
  const { namespace, storage } = config;
  const nfs = neededNfs(config);
  const ownsOpenEbs = storage.engine !== "existing";
  const namespaces = [namespace, ...(ownsOpenEbs ? [openEbsName] : []), ...(nfs ? [nfsName] : [])];
  const drivers = [...managedDrivers(storage), ...(nfs ? [nfsDriver] : [])];
  return kubectlCommand(
    "destroy-guard",
    {
      cluster,
      onDelete: "guard-destroy",
      request: {
        cluster: clusterIdentity,
        instance,
        namespaces,
        ...(ownsOpenEbs && { storage: { namespaces, drivers, pools: [...diskPools] } }),
      },
    },
    { dependsOn, aliases: [{ name: "storage-guard" }] },
  );
}
