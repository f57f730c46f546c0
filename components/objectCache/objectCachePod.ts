import { quantityBytes, wholeBytes } from "../kubernetes/quantity";
import { restrictedContainer, restrictedPod } from "../kubernetes/restricted";
import { objectCacheName, objectCachePort } from "./objectCacheNames";

/** valkey in the official image, redis in that one's. */
const valkeyUser = 999;

/** Bytes of the server besides its values: its program, connections, and what its allocator cannot use. */
const ownBytes = 64 * 2 ** 20;

/**
 * Its configuration comes by standard input: the password is on no command line and in no file. Nothing is kept for a next start: what
 * was changed while it was away would be old in it.
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

/** The pod of the object cache, as a plain object. @param memory of its values, a Kubernetes quantity */
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
