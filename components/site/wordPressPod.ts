import type { DatabaseConnection } from "../database/mariaDb";
import { selectorLabels } from "../labels";
import { restrictedContainer, restrictedPod, scratchMounts, scratchVolumes } from "../restricted";

/** www-data in the image. */
const webUser = 33;

/** What Apache and PHP write to: its pid, its locks, and what is uploaded until it is in its place. */
const folders = { "apache-run": "/var/run/apache2", "apache-lock": "/var/lock/apache2", tmp: "/tmp" };

/** A pod of the site's or of one of its jobs', but for what it runs. */
export function sitePodBase() {
  const pod = restrictedPod("wordpress", webUser);
  return {
    ...pod,
    securityContext: {
      ...pod.securityContext,
      // Port 80 without being root.
      sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }],
    },
    volumes: scratchVolumes(folders),
  };
}

/** A container in such a pod. */
export const siteContainerBase = { securityContext: restrictedContainer, volumeMounts: scratchMounts(folders) };

/** A pod of the site whose whole document root is on its own claim `data`, as a plain object. */
export function wordPressPodSpec(image: string, keysSecret: string, database: DatabaseConnection) {
  return {
    ...sitePodBase(),
    ...spread(selectorLabels("wordpress")),
    containers: [
      {
        name: "wordpress",
        image,
        securityContext: siteContainerBase.securityContext,
        ports: [{ name: "http", containerPort: 80 }],
        envFrom: [{ secretRef: { name: keysSecret } }],
        env: databaseEnvironment(database),
        ...wordPressProbes(undefined),
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "2", memory: "512Mi" } },
        volumeMounts: [{ name: "data", mountPath: "/var/www/html" }, ...siteContainerBase.volumeMounts],
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
      valueFrom: { secretKeyRef: { name: secret.name, key: secret.username } },
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
    // A page waits for its turn where many ask at once; without its pods the site would be gone for all of them.
    readinessProbe: { ...loginPage, timeoutSeconds: 15, periodSeconds: 5, failureThreshold: 3 },
    livenessProbe: { tcpSocket: { port: "http" }, periodSeconds: 10, failureThreshold: 6 },
  };
}
