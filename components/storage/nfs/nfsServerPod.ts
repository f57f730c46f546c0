import { onLinux } from "../../kubernetes/restricted";
import { contentPath, statePath, volumePath } from "./ganeshaConfig";
import { nfsPort, nfsServerName } from "./nfsNames";

/**
 * NFS-Ganesha, a server in user space, in the image that Longhorn serves its volumes of many nodes with: it is made anew with each of
 * Longhorn's releases, and works without being privileged. Ganesha 9.12 is in it.
 */
const image = "longhornio/longhorn-share-manager:v1.12.1";

const configFolder = "/etc/ganesha";

/** Whole seconds after which a node that does not answer is given up, and the server starts on another one. The cluster's own is 300. */
const nodePatienceSeconds = 60;

/**
 * The server's pod. It needs root, and one right that no namespace but a privileged one allows: to open files by their handle, which is
 * what NFS clients name them by.
 * @param imageRegistry where the image comes from. @default Docker Hub
 */
export function nfsServerPodSpec(imageRegistry: string | undefined) {
  const tolerate = (key: string) => ({
    key: `node.kubernetes.io/${key}`,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: nodePatienceSeconds,
  });
  const reachable = { tcpSocket: { port: nfsPort }, periodSeconds: 5, timeoutSeconds: 3 };
  return {
    ...onLinux,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    // The name by which clients know the server again. A pod's own is another one each time.
    hostname: nfsServerName,
    tolerations: ["not-ready", "unreachable"].map(tolerate),
    // The profile of containerd before 1.7.3 forbids to ask for a handle (name_to_handle_at), whatever rights there are.
    securityContext: { seccompProfile: { type: "Unconfined" } },
    containers: [
      {
        name: "ganesha",
        image: imageRegistry === undefined ? image : `${imageRegistry}/${image}`,
        command: [
          "sh",
          "-c",
          `mkdir -p ${contentPath} ${statePath} && ` +
            `exec ganesha.nfsd -F -L STDERR -p /tmp/ganesha.pid -f ${configFolder}/ganesha.conf`,
        ],
        securityContext: {
          runAsUser: 0,
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: {
            drop: ["ALL"],
            add: ["CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "SETGID", "SETUID"],
          },
        },
        ports: [{ name: "nfs", containerPort: nfsPort }],
        readinessProbe: reachable,
        livenessProbe: { ...reachable, periodSeconds: 10, failureThreshold: 6 },
        resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "2", memory: "1Gi" } },
        volumeMounts: [
          { name: "volume", mountPath: volumePath },
          { name: "config", mountPath: configFolder, readOnly: true },
          { name: "tmp", mountPath: "/tmp" },
        ],
      },
    ],
    volumes: [
      { name: "volume", persistentVolumeClaim: { claimName: nfsServerName } },
      { name: "config", configMap: { name: nfsServerName } },
      { name: "tmp", emptyDir: {} },
    ],
  };
}
