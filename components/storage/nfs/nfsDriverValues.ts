/** Values of csi-driver-nfs's chart: the driver and nothing else. The paths are those of the chart 4.13.4. @param imageRegistry of all its images */
export function nfsDriverValues(imageRegistry: string | undefined) {
  return {
    // Snapshots are taken of the server's volume, by OpenEBS.
    controller: { enableSnapshotter: false },
    externalSnapshotter: { enabled: false },
    ...(imageRegistry === undefined
      ? {}
      : { image: { baseRepo: imageRegistry, nfs: { repository: "/sig-storage/nfsplugin" } } }),
  };
}
