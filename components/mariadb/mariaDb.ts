import { StatefulSet } from "@pulumi/kubernetes/apps/v1";
import { ConfigMap, Secret, Service, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { Workload } from "../diagnostics/workload";
import type { ClusterAccess } from "../kubectl/clusterAccess";
import { kubectlCommand } from "../kubectl/scriptResource";
import { dependencies } from "../kubernetes/dependencies";
import { digest } from "../kubernetes/digest";
import { urlHost } from "../kubernetes/hostAddress";
import type { NamespaceConfig } from "../kubernetes/keys";
import { labels, selectorLabels } from "../kubernetes/labels";
import { claimRetentionPolicy, claimTemplate } from "../storage/claims/claims";
import type { ClaimsConfig } from "../storage/claims/keys";
import type { DatabaseConnection } from "./connection";
import type { MariaDbConfig } from "./keys";
import { mariaDbPodSpec } from "./mariaDbPod";
import { databaseWorkload } from "./workload";

export interface MariaDbArgs {
  readonly cluster: ClusterAccess;
  readonly config: MariaDbConfig & NamespaceConfig & ClaimsConfig;
  /** Maximum number of connections. Another number restarts the server. */
  readonly maxConnections: number;
  /** Storage class of the claim. @default the cluster's default class */
  readonly storageClass?: string | undefined;
  /** Creates the hook that reports why the StatefulSet did not become ready. */
  readonly onError: (workload: Workload) => pulumi.ErrorHook;
}

const database = "wordpress";

/** Names of the objects with the database's name, and with the user and its password. */
const connectionObjects = {
  configMap: { name: "mariadb", database: "database" },
  secret: { name: "mariadb", username: "username", password: "password" },
} as const;

/** A MariaDB server with its claim, random passwords, and the Services `mariadb` and `mariadb-client` on port 3306. */
export class MariaDb extends pulumi.ComponentResource {
  readonly connection: DatabaseConnection;
  /** WordPress's database user. */
  readonly user: pulumi.Output<string>;
  /** Checksum of the user and its password. In a pod template it rolls the pods. */
  readonly checksum: pulumi.Output<string>;

  constructor(name: string, args: MariaDbArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("wordpress:database:MariaDb", name, {}, options);
    const { cluster, config, maxConnections } = args;
    const { namespace, mariadbStorage } = config;
    const child = { parent: this, dependsOn: dependencies(options) };
    const kept = { ...child, protect: config.dataRetention === "retain" };
    const metadata = { name: "mariadb", namespace, labels: labels("mariadb") };
    const plain = { length: 32, special: false };
    const rootPassword = new RandomPassword(`${name}-root-password`, plain, kept).result;
    // Not protected, because Pulumi does not replace a protected resource. The protected Secret keeps the password.
    const password = new RandomPassword(
      `${name}-password`,
      { ...plain, keepers: { rotation: config.databasePasswordRotation } },
      child,
    ).result;
    const userCommand = { cluster, onChange: "prepare-database-user" } as const;
    // On a running server the user is created before any pod gets its name.
    const request = { namespace, database, password };
    const prepared = kubectlCommand(`${name}-user`, { ...userCommand, request }, child);
    this.user = pulumi.unsecret(prepared.stdout);
    this.checksum = pulumi.output([this.user, password]).apply(digest);

    const configMap = new ConfigMap(`${name}-config`, { metadata, data: { username: this.user, database } }, child);
    const secret = new Secret(
      `${name}-secret`,
      { metadata, stringData: { username: this.user, password, "root-password": rootPassword } },
      kept,
    );
    const account = new ServiceAccount(`${name}-account`, { metadata, automountServiceAccountToken: false }, child);
    const service = new Service(
      `${name}-service`,
      {
        metadata,
        spec: { clusterIP: "None", ports: [{ name: "mysql", port: 3306 }], selector: selectorLabels("mariadb") },
      },
      child,
    );
    const client = new Service(
      `${name}-client`,
      {
        // Pulumi waits for the StatefulSet instead.
        metadata: { ...metadata, name: "mariadb-client", annotations: { "pulumi.com/skipAwait": "true" } },
        spec: { ports: [{ name: "mysql", port: 3306 }], selector: selectorLabels("mariadb") },
      },
      child,
    );
    this.connection = { host: client.spec.clusterIP.apply(urlHost), ...connectionObjects };
    const growth = kubectlCommand(
      `${name}-growth`,
      {
        cluster,
        onChange: "grow-claims",
        request: { namespace, statefulSet: "mariadb", size: mariadbStorage },
      },
      child,
    );
    const server = new StatefulSet(
      `${name}-server`,
      {
        metadata,
        spec: {
          serviceName: "mariadb",
          replicas: 1,
          // With OrderedReady, a pod that never becomes ready would block the rollout of a corrected template.
          podManagementPolicy: "Parallel",
          selector: { matchLabels: selectorLabels("mariadb") },
          template: {
            metadata: { labels: labels("mariadb") },
            spec: mariaDbPodSpec({ image: config.mariadbImage, maxConnections, connection: connectionObjects }),
          },
          volumeClaimTemplates: [claimTemplate(mariadbStorage, args.storageClass)],
          persistentVolumeClaimRetentionPolicy: claimRetentionPolicy("retain"),
        },
      },
      {
        parent: this,
        dependsOn: dependencies(options, account, configMap, secret, service, growth),
        ignoreChanges: ["spec.volumeClaimTemplates"],
        hooks: { onError: [args.onError(databaseWorkload(namespace))] },
      },
    );
    kubectlCommand(
      `${name}-user-password`,
      { ...userCommand, request: { ...request, user: this.user } },
      { parent: this, dependsOn: dependencies(options, server) },
    );
    this.registerOutputs({});
  }
}
