import type { DatabaseConnection } from "../database/mariaDb";
import { selectorLabels } from "../labels";

/** A pod of the site whose whole document root is on its own claim `data`, as a plain object. */
export function wordPressPodSpec(image: string, keysSecret: string, database: DatabaseConnection) {
  const { host, configMap, secret } = database;
  return {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        // Spread where there is room; a cluster that has lost nodes still gets all its pods.
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: selectorLabels("wordpress") },
      },
    ],
    containers: [
      {
        name: "wordpress",
        image,
        ports: [{ name: "http", containerPort: 80 }],
        envFrom: [{ secretRef: { name: keysSecret } }],
        env: [
          { name: "WORDPRESS_DB_HOST", value: host },
          {
            name: "WORDPRESS_DB_USER",
            valueFrom: { configMapKeyRef: { name: configMap.name, key: configMap.username } },
          },
          {
            name: "WORDPRESS_DB_NAME",
            valueFrom: { configMapKeyRef: { name: configMap.name, key: configMap.database } },
          },
          {
            name: "WORDPRESS_DB_PASSWORD",
            valueFrom: { secretKeyRef: { name: secret.name, key: secret.password } },
          },
        ],
        ...wordPressProbes,
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "2", memory: "512Mi" } },
        volumeMounts: [{ name: "data", mountPath: "/var/www/html" }],
      },
    ],
  };
}

/**
 * A page that needs PHP and the database, and that answers before the site is installed and after. The Host is the
 * pod's own address, the kubelet's default: the redirect to the installer then stays on the pod and is followed. With
 * any other Host the kubelet would count that redirect as success without looking.
 */
const loginPage = {
  httpGet: {
    path: "/wp-login.php",
    port: "http",
    httpHeaders: [{ name: "X-Forwarded-Proto", value: "http" }],
  },
  timeoutSeconds: 5,
};

/** Liveness asks only for the port: a pod in maintenance answers 503, and one without a database 500; neither is dead. */
const wordPressProbes = {
  startupProbe: { ...loginPage, periodSeconds: 2, failureThreshold: 300 },
  readinessProbe: { ...loginPage, periodSeconds: 5, failureThreshold: 3 },
  livenessProbe: { tcpSocket: { port: "http" }, periodSeconds: 10, failureThreshold: 6 },
};
