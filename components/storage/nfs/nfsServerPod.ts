import { onLinux } from "../../kubernetes/restricted";
import { contentPath, statePath, volumePath } from "./ganeshaConfig";
import { nfsPort, nfsServerName } from "./nfsNames";

/**
 * NFS-Ganesha 9.12, a server in user space, in the image that Longhorn uses for its ReadWriteMany volumes. It is rebuilt for
 * each release of Longhorn, and needs no privileged container.
 */
const image = "longhornio/longhorn-share-manager:v1.12.1";

const configFolder = "/etc/ganesha";

/** Timeout of a node that does not answer, in whole seconds, until the server starts on another one. Kubernetes's default is 300. */
const nodeTimeoutSeconds = 60;

/**
 * The server's pod. It needs root, and the capability DAC_READ_SEARCH, which only a privileged namespace allows: NFS clients
 * refer to files by handle, and the server opens them by handle.
 * @param imageRegistry registry of the image. @default Docker Hub
 */
export function nfsServerPodSpec(imageRegistry: string | undefined) {
  const tolerate = (key: string) => ({
    key: `node.kubernetes.io/${key}`,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: nodeTimeoutSeconds,
  });
  const reachable = { tcpSocket: { port: nfsPort }, periodSeconds: 5, timeoutSeconds: 3 };
  return {
    ...onLinux,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    // Clients recognize a restarted server by this name. A pod's default name changes at each restart.
    hostname: nfsServerName,
    tolerations: ["not-ready", "unreachable"].map(tolerate),
    // The profile of containerd before 1.7.3 forbids name_to_handle_at, even with the capability.
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
