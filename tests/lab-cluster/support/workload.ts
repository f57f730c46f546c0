/** Namespace of the tests' objects. */
export const namespace = "lab-test";

/** The workload's pods. */
export const pods = ["web-0", "web-1", "web-2"] as const;

/** NodePort of the tests' Service. */
export const nodePort = 30100;

const labels = { app: "web" };

/** A claim of the tests. */
export function claim(name: string, storageClassName: string, accessMode: string, storage = "1Gi"): object {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, namespace },
    spec: { storageClassName, accessModes: [accessMode], resources: { requests: { storage } } },
  };
}

/** A pod that only mounts the claim of its name. */
export function podWith(name: string): object {
  const container = {
    name: "main",
    image: "wordpress:7.1-php8.4-apache",
    command: ["sleep", "600"],
    volumeMounts: [{ name: "volume", mountPath: "/srv" }],
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [container],
      volumes: [{ name: "volume", persistentVolumeClaim: { claimName: name } }],
    },
  };
}

/** Forbids all connections to the workload's pods. */
export const denyAll = {
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "deny-all", namespace },
  spec: { podSelector: { matchLabels: labels }, policyTypes: ["Ingress"] },
};

/**
 * A web server on each node that runs as a non-root user. It serves its pod's name at /, its own volume at /own/ and a shared volume
 * at /shared/. With a Service and a NodePort.
 */
export const workload: readonly object[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
  claim("shared", "shared", "ReadWriteMany"),
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace },
    spec: { type: "NodePort", selector: labels, ports: [{ port: 80, targetPort: 8080, nodePort }] },
  },
  {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "web", namespace },
    spec: {
      replicas: 3,
      serviceName: "web",
      podManagementPolicy: "Parallel",
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 1,
          securityContext: { runAsUser: 33, runAsGroup: 33, runAsNonRoot: true },
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "kubernetes.io/hostname",
              whenUnsatisfiable: "DoNotSchedule",
              labelSelector: { matchLabels: labels },
            },
          ],
          containers: [
            {
              name: "web",
              image: "wordpress:7.1-php8.4-apache",
              command: ["sh", "-c", "hostname > /srv/index.html; exec php -S 0.0.0.0:8080 -t /srv"],
              readinessProbe: { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 },
              volumeMounts: [
                { name: "root", mountPath: "/srv" },
                { name: "own", mountPath: "/srv/own" },
                { name: "shared", mountPath: "/srv/shared" },
              ],
            },
          ],
          volumes: [
            { name: "root", emptyDir: {} },
            { name: "shared", persistentVolumeClaim: { claimName: "shared" } },
          ],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: "own" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
        },
      ],
    },
  },
];
