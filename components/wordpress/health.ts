import { restrictedContainer } from "../kubernetes/restricted";

/**
 * Ports on which a pod answers the kubelet with health.php. They are in no Service, and no NetworkPolicy opens them; requests of the
 * kubelet come from the pod's own node, which is always let in.
 */
const healthPorts = {
  /** Of PHP's own server in a container of its own: no visitor can hold it. */
  server: 8082,
  /** Of Apache, asked while the pod starts: it proves that PHP runs in it. */
  apache: 8083,
} as const;

/** A file of its own: in the folder of a ConfigMap it would be a link that changes under PHP. */
const script = "/etc/wordpress-health.php";

/** Apache's part: a virtual host that has nothing but the script. */
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

/** Where the containers find the script. @param volume name of the volume with the ConfigMap's files */
export function healthMount(volume: string) {
  return { name: volume, mountPath: script, subPath: "health.php", readOnly: true };
}

/**
 * Probes of the container with Apache. Startup and readiness need PHP and the database, and nothing of WordPress: neither a plugin, a
 * theme nor maintenance may take the pods out, for then nobody sees why. Liveness needs the port alone: a pod without a database is
 * not dead.
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

/** The container that answers readiness probes. @param env where the database is @param mounts its folders and the script */
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
    // opcache would take memory for the one small script.
    command: ["php", "-q", "-d", "opcache.enable=0", "-S", `[$(POD_IP)]:${healthPorts.server}`, script],
    env: [...env, { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }],
    securityContext: restrictedContainer,
    ports: [{ name: "health", containerPort: healthPorts.server }],
    livenessProbe: { tcpSocket: { port: "health" }, periodSeconds: 10, failureThreshold: 6 },
    // The image's stop signal is Apache's; as the first process of its container PHP heeds SIGINT alone. It answers until requests end.
    lifecycle: { preStop: { exec: { command: ["bash", "-c", "sleep 5; kill -INT 1"] } } },
    resources: { requests: { cpu: "5m", memory: "16Mi" }, limits: { cpu: "500m", memory: "64Mi" } },
    volumeMounts: [...mounts],
  };
}
