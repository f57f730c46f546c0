/** Namespace of the NFS server and its driver, and the class of the volumes that they bring. */
export const nfsName = "openebs-nfs";

/** The server's Deployment, Service, claim and ConfigMap. */
export const nfsServerName = "nfs-server";

/** Class of the server's own volume. */
export const nfsServerClassName = "openebs-nfs-server";

/** The driver that makes and mounts the volumes, by the name that all of its installations have. */
export const nfsDriver = "nfs.csi.k8s.io";

/** Release and chart of that driver. */
export const nfsDriverChart = { name: "csi-driver-nfs", version: "4.13.4" } as const;

/** Port of NFSv4, the only one that it takes. */
export const nfsPort = 2049;

/** Path of what is exported, as clients name it. */
export const exportPath = "/export";
