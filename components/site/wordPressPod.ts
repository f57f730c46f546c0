import type { DatabaseConnection } from "../database/mariaDb";
import { selectorLabels } from "../labels";

/** A pod of the site whose whole document root is on its own claim `data`, as a plain object. */
export function wordPressPodSpec(image: string, keysSecret: string, database: DatabaseConnection) {
  return {
    ...spread(selectorLabels("wordpress")),
    containers: [
      {
        name: "wordpress",
        image,
        ports: [{ name: "http", containerPort: 80 }],
        envFrom: [{ secretRef: { name: keysSecret } }],
        env: databaseEnvironment(database),
        ...wordPressProbes(undefined),
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "2", memory: "512Mi" } },
        volumeMounts: [{ name: "data", mountPath: "/var/www/html" }],
      },
    ],
  };
}

/** Spreads pods over nodes where there is room; a cluster that has lost nodes still gets all its pods. */
export function spread(selector: Readonly<Record<string, string>>) {
  return {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: selector },
      },
    ],
  };
}

/** Where the database is, as the image's wp-config.php asks for it. */
export function databaseEnvironment({ host, configMap, secret }: DatabaseConnection) {
  return [
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
  ];
}

/**
 * Startup and readiness ask for a page that needs PHP and the database, and that answers before the site is installed and after. The
 * kubelet counts a redirect to another host as success without looking, so it asks under the name that the site has: without a
 * `siteUrl` the pod's own address, the kubelet's default. Liveness asks only for the port: a pod in maintenance answers 503, and
 * one without a database 500; neither is dead.
 */
export function wordPressProbes(siteUrl: string | undefined) {
  const { protocol = "http:", host } = siteUrl === undefined ? {} : new URL(siteUrl);
  const loginPage = {
    httpGet: {
      path: "/wp-login.php",
      port: "http",
      httpHeaders: [
        { name: "X-Forwarded-Proto", value: protocol.replace(":", "") },
        ...(host === undefined ? [] : [{ name: "Host", value: host }]),
      ],
    },
    timeoutSeconds: 5,
  };
  return {
    startupProbe: { ...loginPage, periodSeconds: 2, failureThreshold: 300 },
    readinessProbe: { ...loginPage, periodSeconds: 5, failureThreshold: 3 },
    livenessProbe: { tcpSocket: { port: "http" }, periodSeconds: 10, failureThreshold: 6 },
  };
}
