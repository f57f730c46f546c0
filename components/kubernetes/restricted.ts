/** Writable folders of a container, by the name of their volume. They are deleted with the pod. */
export type ScratchFolders = Readonly<Record<string, string>>;

/** Security context of a container for the Pod Security level `restricted`, with a read-only root file system. */
export const restrictedContainer = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/** Node selector of all pods: their images are for Linux, and a cluster may have Windows nodes. */
export const onLinux = { nodeSelector: { "kubernetes.io/os": "linux" } } as const;

/**
 * Spec of a pod for that level, without its containers: a user that is not root, and no token of the cluster's API. Volumes
 * get the user's group when they are first mounted.
 * @param serviceAccount an account without permissions
 * @param user ID of the user and of its group
 */
export function restrictedPod(serviceAccount: string, user: number) {
  return {
    ...onLinux,
    serviceAccountName: serviceAccount,
    automountServiceAccountToken: false,
    // Variables of Services would begin with WORDPRESS_, as WordPress's own settings do.
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

/** Volume mounts of scratch folders. */
export function scratchMounts(folders: ScratchFolders) {
  return Object.entries(folders).map(([name, mountPath]) => ({ name, mountPath }));
}

/** Volumes of scratch folders. */
export function scratchVolumes(folders: ScratchFolders) {
  return Object.keys(folders).map((name) => ({ name, emptyDir: {} }));
}
