/** Namespace and Helm release of OpenEBS. The class `<release>-single-replica` contains the release's name. */
export const openEbsName = "openebs";

/** CSI driver of Mayastor, for replicated volumes. */
export const mayastorDriver = "io.openebs.csi-mayastor";

/** Provisioner of host path volumes, which are no CSI volumes. */
export const hostpathDriver = "openebs.io/local";

/** Storage class of replicated volumes and class of their snapshots. The tutorial uses this name; no chart installs it. */
export const replicatedClassName = "openebs-replicated";

/** Storage class of host path volumes. The chart installs it. */
export const hostpathClassName = "openebs-hostpath";

/** DiskPools in kubectl's notation. */
export const diskPoolKind = "diskpools.openebs.io";

/** Name of a node's pool, as in the tutorial. */
export function poolName(node: string): string {
  return `pool-${node}`;
}
