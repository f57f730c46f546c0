import { restrictedContainer } from "../kubernetes/restricted";

/**
 * Ports of health.php, for the kubelet's probes. No Service has them and no NetworkPolicy allows them: the kubelet connects from the
 * pod's own node, which Kubernetes always allows.
 */
const healthPorts = {
  /** PHP's built-in server in a separate container, which visitors cannot keep busy. */
  server: 8082,
  /** Apache, for the startup probe: proves that PHP runs in Apache. */
  apache: 8083,
} as const;

/** Mounted as a single file. In a mounted ConfigMap folder it would be a symlink that changes under PHP. */
const script = "/etc/wordpress-health.php";

/** Apache's virtual host that serves only the script. */
export const healthVirtualHost = [
  `Listen ${healthPorts.apache}`,
  `<VirtualHost *:${healthPorts.apache}>`,
  `    AliasMatch ^ ${script}`,
  `    <Files ${script.slice(script.lastIndexOf("/") + 1)}>`,
  "        Require all granted",
  "    </Files>",
  "</VirtualHost>",
  "",
].join("\n");

/** Returns the mount of the script. @param volume name of the volume with the ConfigMap's files */
export function healthMount(volume: string) {
  return { name: volume, mountPath: script, subPath: "health.php", readOnly: true };
}

/**
 * Probes of the container with Apache. Startup and readiness need PHP and the database, but not WordPress: if a plugin, a theme, or
 * maintenance made all pods unready, visitors would not see the error page. Liveness needs only the port: a restart does not help a pod
 * without a database.
 */
export const siteProbes = {
  startupProbe: {
    httpGet: { path: "/", port: healthPorts.apache },
    timeoutSeconds: 5,
    periodSeconds: 2,
    failureThreshold: 300,
  },
  readinessProbe: {
    httpGet: { path: "/", port: healthPorts.server },
    timeoutSeconds: 5,
    periodSeconds: 5,
    failureThreshold: 3,
  },
  livenessProbe: { tcpSocket: { port: "http" }, periodSeconds: 10, failureThreshold: 6 },
};

/** Returns the container that serves readiness probes. @param env the database connection @param mounts its folders and the script */
export function healthContainer<E, M>({
  image,
  env,
  mounts,
}: {
  image: string;
  env: readonly E[];
  mounts: readonly M[];
}) {
  return {
    name: "health",
    image,
    // opcache would use memory for a single small script.
    command: ["php", "-q", "-d", "opcache.enable=0", "-S", `[$(POD_IP)]:${healthPorts.server}`, script],
    env: [...env, { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }],
    securityContext: restrictedContainer,
    ports: [{ name: "health", containerPort: healthPorts.server }],
    livenessProbe: { tcpSocket: { port: "health" }, periodSeconds: 10, failureThreshold: 6 },
    // The image's stop signal is for Apache. PHP as process 1 reacts only to SIGINT. It serves probes until Apache has drained.
    lifecycle: { preStop: { exec: { command: ["bash", "-c", "sleep 5; kill -INT 1"] } } },
    resources: { requests: { cpu: "5m", memory: "16Mi" }, limits: { cpu: "500m", memory: "64Mi" } },
    volumeMounts: [...mounts],
  };
}
