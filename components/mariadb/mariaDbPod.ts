import { restrictedContainer, restrictedPod, scratchMounts, scratchVolumes } from "../kubernetes/restricted";
import type { DatabaseConnection } from "./connection";
import { seriesOf } from "./series";
import type { DatabaseUpgrade } from "./upgradeChecks";

/** UID of `mysql` in the image. */
const databaseUser = 999;

/** Writable folders besides the data: for the socket, and for temporary tables of queries. */
const folders = { run: "/run/mysqld", tmp: "/tmp" };

/**
 * Memory limit in MiB. Measured on the lab: the server with its buffer pool took 340 MiB. 1600 connections, each after two of WordPress's
 * queries, took 190 MiB more. A sorting query in all of them at once took 280 MiB more. MariaDB keeps freed memory for a while. The
 * request is far lower, because few sites come near the limit.
 */
const memoryMebibytes = 1536;

/** Cache of tables and indexes. */
const bufferPool = "--innodb-buffer-pool-size=256M";

/**
 * Defaults that changed in series 11. With its new collation, tables of plugins could not be joined with previous ones, and a dump could
 * not be loaded into series 10. With its snapshot isolation, transactions of plugins fail that did not fail before. Series without such
 * an option ignore it.
 */
const asInSeries10 = [
  "--loose-character-set-collations=utf8mb4=utf8mb4_general_ci",
  "--collation-server=utf8mb4_general_ci",
  "--loose-innodb-snapshot-isolation=OFF",
];

/** Whether an image's tag is of series 10, whose defaults they are. */
function isOfSeries10(image: string): boolean {
  return seriesOf(image)?.startsWith("10.") ?? false;
}

export interface MariaDbPodArgs {
  readonly image: string;
  /** Whether the image may upgrade the files of an older series. */
  readonly upgrade: DatabaseUpgrade;
  readonly connection: Pick<DatabaseConnection, "configMap" | "secret">;
  /** Maximum number of connections. Another number restarts the server. */
  readonly maxConnections: number;
}

/** Returns the pod spec of the database. */
export function mariaDbPodSpec({ image, upgrade, connection: { configMap, secret }, maxConnections }: MariaDbPodArgs) {
  const fromConfigMap = (key: string) => ({ configMapKeyRef: { name: configMap.name, key } });
  const fromSecret = (key: string) => ({ secretKeyRef: { name: secret.name, key } });
  return {
    ...restrictedPod("mariadb", databaseUser),
    // InnoDB needs the time to write its dirty pages. Kubernetes' default of 30 s can force a recovery at the next start.
    terminationGracePeriodSeconds: 120,
    containers: [
      {
        name: "mariadb",
        image,
        // ext4 creates lost+found at the root of a volume, and MariaDB takes every folder for a schema. Without skip-name-resolve the
        // server looks up the client's name at every connection, and its network policy allows no name server.
        args: [
          ...["--ignore-db-dirs=lost+found", "--skip-name-resolve", bufferPool, `--max-connections=${maxConnections}`],
          ...(isOfSeries10(image) ? [] : asInSeries10),
        ],
        securityContext: restrictedContainer,
        ports: [{ name: "mysql", containerPort: 3306 }],
        env: [
          { name: "MARIADB_DATABASE", valueFrom: fromConfigMap(configMap.database) },
          { name: "MARIADB_USER", valueFrom: fromSecret(secret.username) },
          { name: "MARIADB_PASSWORD", valueFrom: fromSecret(secret.password) },
          { name: "MARIADB_ROOT_PASSWORD", valueFrom: fromSecret("root-password") },
          // root cannot log in over the network, from the first start on.
          { name: "MARIADB_ROOT_HOST", value: "localhost" },
          // Runs mariadb-upgrade before the server starts, again after an interruption. It keeps a copy of the system tables in the volume.
          ...(upgrade === "allow" ? [{ name: "MARIADB_AUTO_UPGRADE", value: "1" }] : []),
        ],
        ...mariaDbProbes,
        resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "2", memory: `${memoryMebibytes}Mi` } },
        volumeMounts: [{ name: "data", mountPath: "/var/lib/mysql" }, ...scratchMounts(folders)],
      },
    ],
    volumes: scratchVolumes(folders),
  };
}

const healthcheck = { exec: { command: ["healthcheck.sh", "--connect", "--innodb_initialized"] }, timeoutSeconds: 10 };

/**
 * Startup may take ten minutes, because the first initialization or a recovery after a crash must not be interrupted. The other probes run
 * rarely, because each starts four processes in the pod: on the lab they took an eighth of a site's CPU time. Their timeouts
 * are long: on busy CPUs or disks these processes are late although the server works, and there is no second server. A minute without a
 * response removes the address from the Service, so that WordPress's pods fail at once and do not wait. Three minutes restart the server.
 */
const mariaDbProbes = {
  startupProbe: { ...healthcheck, periodSeconds: 2, failureThreshold: 300 },
  readinessProbe: { ...healthcheck, periodSeconds: 10, failureThreshold: 6 },
  livenessProbe: { ...healthcheck, periodSeconds: 30, failureThreshold: 6 },
};
