import { restrictedContainer, restrictedPod, scratchMounts, scratchVolumes } from "../kubernetes/restricted";
import type { DatabaseConnection } from "./connection";

/** `mysql` in the image. */
const databaseUser = 999;

/** What the server writes to besides its data: its socket, and tables that a query needs for a moment. */
const folders = { run: "/run/mysqld", tmp: "/tmp" };

/**
 * MiB that the server may take. Itself and its buffer pool took 340 on the lab, 1600 connections after two of WordPress's queries 190 more, and
 * a query that sorts in each of them at once 280; what it has freed it keeps for a while. It asks for far less: few sites come near.
 */
const memoryMebibytes = 1536;

/** MiB for what is read again and again. */
const bufferPool = "--innodb-buffer-pool-size=256M";

export interface MariaDbPodArgs {
  readonly image: string;
  readonly connection: Pick<DatabaseConnection, "configMap" | "secret">;
  /** Connections at once. Another number restarts the server. */
  readonly maxConnections: number;
}

/** The pod of the database, as a plain object. */
export function mariaDbPodSpec({ image, connection: { configMap, secret }, maxConnections }: MariaDbPodArgs) {
  const fromConfigMap = (key: string) => ({ configMapKeyRef: { name: configMap.name, key } });
  const fromSecret = (key: string) => ({ secretKeyRef: { name: secret.name, key } });
  return {
    ...restrictedPod("mariadb", databaseUser),
    // Time for InnoDB to write its dirty pages; Kubernetes' 30 s can end in a recovery at the next start.
    terminationGracePeriodSeconds: 120,
    containers: [
      {
        name: "mariadb",
        image,
        // ext4 puts this folder at the root of a volume, and MariaDB takes every folder for a schema. Names of clients are asked for at
        // every connection, and no name server can be reached from here.
        args: ["--ignore-db-dirs=lost+found", "--skip-name-resolve", bufferPool, `--max-connections=${maxConnections}`],
        securityContext: restrictedContainer,
        ports: [{ name: "mysql", containerPort: 3306 }],
        env: [
          { name: "MARIADB_DATABASE", valueFrom: fromConfigMap(configMap.database) },
          { name: "MARIADB_USER", valueFrom: fromSecret(secret.username) },
          { name: "MARIADB_PASSWORD", valueFrom: fromSecret(secret.password) },
          { name: "MARIADB_ROOT_PASSWORD", valueFrom: fromSecret("root-password") },
          // From the first start on, root is not reachable over the network.
          { name: "MARIADB_ROOT_HOST", value: "localhost" },
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
 * Startup may take ten minutes: the first initialisation, or a recovery after a crash, must not be cut off. The others are rare, since
 * each starts four processes in the pod: on the lab they were an eighth of what all of a site took of the processors. And they are patient:
 * where processors or disks are busy, these processes are late while the server answers, and there is no other server. A minute without
 * an answer takes the address from WordPress's pods, so that they fail at once and do not wait; three minutes start the server again.
 */
const mariaDbProbes = {
  startupProbe: { ...healthcheck, periodSeconds: 2, failureThreshold: 300 },
  readinessProbe: { ...healthcheck, periodSeconds: 10, failureThreshold: 6 },
  livenessProbe: { ...healthcheck, periodSeconds: 30, failureThreshold: 6 },
};
