/** Namespace of the NFS server and its driver, and name of their storage class. */
export const nfsName = "openebs-nfs";

/** Name of the server's Deployment, Service, claim, and ConfigMap. */
export const nfsServerName = "nfs-server";

/** Storage class of the server's own volume. */
export const nfsServerClassName = "openebs-nfs-server";

/** Name of the CSI driver, which is the same in all of its installations. */
export const nfsDriver = "nfs.csi.k8s.io";

/** Helm release and chart of that driver. */
export const nfsDriverChart = { name: "csi-driver-nfs", version: "4.13.4" } as const;

/** The only port of NFSv4. */
export const nfsPort = 2049;

/** Path of the export for clients. */
export const exportPath = "/export";
