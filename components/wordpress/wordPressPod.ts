import type { DatabaseConnection } from "../mariadb/connection";
import { selectorLabels } from "../kubernetes/labels";
import { restrictedContainer, restrictedPod, scratchMounts, scratchVolumes } from "../kubernetes/restricted";
import { spread } from "../kubernetes/spread";
import { podMemoryLimit } from "./apache";
import { healthContainer, healthMount, siteProbes } from "./health";
import { siteFolder } from "./siteFiles";

/** ConfigMap with the files of pods that have content of their own. */
export const podConfigName = "wordpress-pods";

/** Annotation of the site's pods: makes Apache's container the default of `kubectl logs` and `kubectl exec`. */
export const defaultContainer = { "kubectl.kubernetes.io/default-container": "wordpress" } as const;

/** PHP's default memory limit of a request, which the image has if the stack sets no limit. */
const imagePhpMemory = "128Mi";

/** UID of `www-data` in the image. */
const webUser = 33;

/** Writable folders of Apache and PHP: for the PID file, for locks, and for unfinished uploads. */
const folders = { "apache-run": "/var/run/apache2", "apache-lock": "/var/lock/apache2", tmp: "/tmp" };

/** Returns the part of a pod spec that pods of the site and of its jobs share, without containers. */
export function sitePodBase() {
  const pod = restrictedPod("wordpress", webUser);
  return {
    ...pod,
    securityContext: {
      ...pod.securityContext,
      // Lets a process bind port 80 without root.
      sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }],
    },
    volumes: scratchVolumes(folders),
  };
}

/** Part of a container spec in such a pod. */
export const siteContainerBase = { securityContext: restrictedContainer, volumeMounts: scratchMounts(folders) };

/** Mounts of Apache's configuration and the site's files, from the volume `site`. */
export const serverMounts = [
  { name: "site", mountPath: siteFolder, readOnly: true },
  healthMount("site"),
  { name: "site", mountPath: "/etc/apache2/conf-enabled/zz-site.conf", subPath: "site.conf", readOnly: true },
  // Replaces the image's file: Apache would add up the trusted proxies of both.
  { name: "site", mountPath: "/etc/apache2/conf-enabled/remoteip.conf", subPath: "remoteip.conf", readOnly: true },
];

/** Returns the sidecar container that serves the kubelet's readiness probes. */
export function sitePodHealth(image: string, database: DatabaseConnection) {
  return healthContainer({
    image,
    env: databaseEnvironment(database),
    mounts: [...siteContainerBase.volumeMounts, healthMount("site")],
  });
}

/** Returns the spec of a pod whose whole document root is on its own claim `data`. */
export function wordPressPodSpec(image: string, saltsSecret: string, database: DatabaseConnection) {
  const pod = sitePodBase();
  return {
    ...pod,
    ...spread(selectorLabels("wordpress")),
    volumes: [...pod.volumes, { name: "site", configMap: { name: podConfigName } }],
    containers: [
      {
        name: "wordpress",
        image,
        securityContext: siteContainerBase.securityContext,
        ports: [{ name: "http", containerPort: 80 }],
        envFrom: [{ secretRef: { name: saltsSecret } }],
        env: databaseEnvironment(database),
        ...siteProbes,
        resources: {
          requests: { cpu: "100m", memory: "128Mi" },
          limits: { cpu: "2", memory: podMemoryLimit(imagePhpMemory) },
        },
        volumeMounts: [
          { name: "data", mountPath: "/var/www/html" },
          ...siteContainerBase.volumeMounts,
          ...serverMounts,
        ],
      },
      sitePodHealth(image, database),
    ],
  };
}

/** Environment variables of the database connection, as the image's wp-config.php reads them. */
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
