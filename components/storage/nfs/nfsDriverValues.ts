/** Values of csi-driver-nfs's chart 4.13.4: the driver only. @param imageRegistry registry of all its images */
export function nfsDriverValues(imageRegistry: string | undefined) {
  return {
    // OpenEBS takes snapshots, of the server's volume.
    controller: { enableSnapshotter: false },
    externalSnapshotter: { enabled: false },
    ...(imageRegistry === undefined
      ? {}
      : { image: { baseRepo: imageRegistry, nfs: { repository: "/sig-storage/nfsplugin" } } }),
  };
}
