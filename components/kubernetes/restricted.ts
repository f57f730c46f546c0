/** A folder that a container writes to and that goes with its pod, by the name of its volume. */
export type ScratchFolders = Readonly<Record<string, string>>;

/** A container under the Pod Security level `restricted`, whose image's files nobody can change. */
export const restrictedContainer = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/** Where pods may run: their images are for Linux, and a cluster may have nodes with Windows. */
export const onLinux = { nodeSelector: { "kubernetes.io/os": "linux" } } as const;

/**
 * What a pod under that level has, besides its containers: one user, who may be root nowhere, and no way to the cluster's API. Its
 * volumes are given to that user's group the first time that they are mounted.
 * @param serviceAccount an account without rights
 * @param user number of the user and of its group
 */
export function restrictedPod(serviceAccount: string, user: number) {
  return {
    ...onLinux,
    serviceAccountName: serviceAccount,
    automountServiceAccountToken: false,
    // Variables of every Service in the namespace, whose names begin as WordPress's own settings do.
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      fsGroup: user,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
  };
}

/** Where a container mounts such folders. */
export function scratchMounts(folders: ScratchFolders) {
  return Object.entries(folders).map(([name, mountPath]) => ({ name, mountPath }));
}

/** The volumes of such folders. */
export function scratchVolumes(folders: ScratchFolders) {
  return Object.keys(folders).map((name) => ({ name, emptyDir: {} }));
}
