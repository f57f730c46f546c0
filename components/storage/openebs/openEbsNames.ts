/** Namespace and release of OpenEBS: `<release>-single-replica` takes its name from the latter. */
export const openEbsName = "openebs";

/** Mayastor's driver, which serves the replicated volumes. */
export const mayastorDriver = "io.openebs.csi-mayastor";

/** The provisioner of folders of a node. Its volumes are no CSI volumes. */
export const hostpathDriver = "openebs.io/local";

/** The class of volumes whose data is on several pools, and that of their snapshots: the chapter's, which no chart brings. */
export const replicatedClassName = "openebs-replicated";

/** The class of folders of a node, which comes with the chart. */
export const hostpathClassName = "openebs-hostpath";

/** DiskPools, as kubectl names them. */
export const diskPoolKind = "diskpools.openebs.io";

/** Name of a node's pool, as the chapter has it. */
export function poolName(node: string): string {
  return `pool-${node}`;
}
