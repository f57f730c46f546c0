import { quantityBytes, wholeBytes } from "../kubernetes/quantity";
import { restrictedContainer, restrictedPod } from "../kubernetes/restricted";
import { objectCacheName, objectCachePort } from "./objectCacheNames";

/** User ID of valkey or redis in its official image. */
const valkeyUser = 999;

/** Bytes of memory in addition to the values: the program, connections, and fragmentation. */
const ownBytes = 64 * 2 ** 20;

/**
 * Script that starts the server. The configuration is passed on standard input, so that the password is on no command line and in no
 * file. Nothing is persisted: values that changed while the server was down would be outdated after a restart.
 */
function startScript(memory: string): string {
  return [
    'exec "$(command -v valkey-server || command -v redis-server)" - <<END',
    "requirepass $PASSWORD",
    `port ${objectCachePort}`,
    "bind * -::*",
    'save ""',
    "appendonly no",
    `maxmemory ${wholeBytes(memory)}`,
    "maxmemory-policy allkeys-lru",
    "END",
  ].join("\n");
}

/** Pod specification of the object cache. @param memory for its values, a Kubernetes quantity */
export function objectCachePodSpec(image: string, memory: string, secretName: string) {
  const limit = Math.ceil(((quantityBytes(memory) ?? 0) * 1.25 + ownBytes) / 2 ** 20);
  const port = { tcpSocket: { port: "valkey" } };
  return {
    ...restrictedPod(objectCacheName, valkeyUser),
    containers: [
      {
        name: "valkey",
        image,
        command: ["sh", "-c", startScript(memory)],
        env: [{ name: "PASSWORD", valueFrom: { secretKeyRef: { name: secretName, key: "password" } } }],
        securityContext: restrictedContainer,
        ports: [{ name: "valkey", containerPort: objectCachePort }],
        readinessProbe: { ...port, periodSeconds: 2, failureThreshold: 3 },
        livenessProbe: { ...port, periodSeconds: 10, failureThreshold: 6 },
        resources: { requests: { cpu: "50m", memory: "32Mi" }, limits: { cpu: "1", memory: `${limit}Mi` } },
      },
    ],
  };
}
