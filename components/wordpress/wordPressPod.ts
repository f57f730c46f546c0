import type { DatabaseConnection } from "../mariadb/connection";
import { selectorLabels } from "../kubernetes/labels";
import { restrictedContainer, restrictedPod, scratchMounts, scratchVolumes } from "../kubernetes/restricted";
import { spread } from "../kubernetes/spread";
import { podMemoryLimit } from "./apache";
import { healthContainer, healthMount, siteProbes } from "./health";
import { siteFolder } from "./siteFiles";

/** ConfigMap with the files of pods whose content is their own. */
export const podConfigName = "wordpress-pods";

/** On pods of the site: `kubectl logs` and `kubectl exec` mean Apache's container. */
export const defaultContainer = { "kubectl.kubernetes.io/default-container": "wordpress" } as const;

/** What one request may take in the image, where the stack sets no limit: PHP's own default. */
const imagePhpMemory = "128Mi";

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

/** Where a container with the site's Apache finds the configuration of both, in the volume `site`. */
export const serverMounts = [
  { name: "site", mountPath: siteFolder, readOnly: true },
  healthMount("site"),
  { name: "site", mountPath: "/etc/apache2/conf-enabled/zz-site.conf", subPath: "site.conf", readOnly: true },
  // In the place of the image's own: what two files say of proxies adds up.
  { name: "site", mountPath: "/etc/apache2/conf-enabled/remoteip.conf", subPath: "remoteip.conf", readOnly: true },
];

/** The container beside Apache's that answers the kubelet. */
export function sitePodHealth(image: string, database: DatabaseConnection) {
  return healthContainer({
    image,
    env: databaseEnvironment(database),
    mounts: [...siteContainerBase.volumeMounts, healthMount("site")],
  });
}

/** A pod of the site whose whole document root is on its own claim `data`, as a plain object. */
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
