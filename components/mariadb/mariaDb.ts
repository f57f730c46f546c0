import type { local } from "@pulumi/command";
import { StatefulSet } from "@pulumi/kubernetes/apps/v1";
import { ConfigMap, Secret, Service, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { Workload } from "../diagnostics/workload";
import type { ClusterAccess } from "../kubectl/clusterAccess";
import { kubectlCommand } from "../kubectl/scriptResource";
import { Component } from "../kubernetes/component";
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

/** The database's password and root's. */
interface Passwords {
  readonly user: pulumi.Output<string>;
  readonly root: pulumi.Output<string>;
}

const port = { name: "mysql", port: 3306 };

/** A MariaDB server with its claim, random passwords, and the Services `mariadb` and `mariadb-client` on port 3306. */
export class MariaDb extends Component<MariaDbArgs> {
  readonly connection: DatabaseConnection;
  /** WordPress's database user. */
  readonly user: pulumi.Output<string>;
  /** Checksum of the user and its password. In a pod template it rolls the pods. */
  readonly checksum: pulumi.Output<string>;
  private readonly passwords: Passwords;

  constructor(name: string, args: MariaDbArgs, options?: pulumi.ComponentResourceOptions) {
    super("wordpress:database:MariaDb", name, args, options);
    this.passwords = this.createPasswords();
    this.user = this.createUser();
    this.checksum = pulumi.output([this.user, this.passwords.user]).apply(digest);
    const configMap = this.createConfigMap();
    const secret = this.createSecret();
    const account = this.createAccount();
    const service = this.createHeadlessService();
    this.connection = { host: this.createClientService().spec.clusterIP.apply(urlHost), ...connectionObjects };
    const claimGrowth = this.createClaimGrowth();
    const server = this.createServer([account, configMap, secret, service, claimGrowth]);
    this.createPasswordUpdate(server);
    this.registerOutputs({});
  }

  private createPasswords(): Passwords {
    const plain = { length: 32, special: false };
    const keepers = { rotation: this.args.config.databasePasswordRotation };
    return {
      root: new RandomPassword(`${this.name}-root-password`, plain, this.protectedChild()).result,
      // Not protected, because Pulumi does not replace a protected resource. The protected Secret keeps the password.
      user: new RandomPassword(`${this.name}-password`, { ...plain, keepers }, this.child()).result,
    };
  }

  /** Creates the user on a server that is running already, before any pod gets the user's name. @returns the name */
  private createUser(): pulumi.Output<string> {
    return pulumi.unsecret(this.createUserCommand("user", {}, this.child()).stdout);
  }

  private createConfigMap(): ConfigMap {
    const data = { username: this.user, database };
    return new ConfigMap(`${this.name}-config`, { metadata: this.metadata(), data }, this.child());
  }

  private createSecret(): Secret {
    const { user: password, root } = this.passwords;
    const stringData = { username: this.user, password, "root-password": root };
    return new Secret(`${this.name}-secret`, { metadata: this.metadata(), stringData }, this.protectedChild());
  }

  private createAccount(): ServiceAccount {
    const account = { metadata: this.metadata(), automountServiceAccountToken: false };
    return new ServiceAccount(`${this.name}-account`, account, this.child());
  }

  private createHeadlessService(): Service {
    const spec = { clusterIP: "None", ports: [port], selector: selectorLabels("mariadb") };
    return new Service(`${this.name}-service`, { metadata: this.metadata(), spec }, this.child());
  }

  private createClientService(): Service {
    return new Service(
      `${this.name}-client`,
      {
        // Pulumi waits for the StatefulSet instead.
        metadata: { ...this.metadata(), name: "mariadb-client", annotations: { "pulumi.com/skipAwait": "true" } },
        spec: { ports: [port], selector: selectorLabels("mariadb") },
      },
      this.child(),
    );
  }

  /** Grows the claim before the StatefulSet changes. */
  private createClaimGrowth(): local.Command {
    const { cluster, config } = this.args;
    const request = { namespace: config.namespace, statefulSet: "mariadb", size: config.mariadbStorage };
    return kubectlCommand(`${this.name}-growth`, { cluster, onChange: "grow-claims", request }, this.child());
  }

  private createServer(dependsOn: readonly pulumi.Resource[]): StatefulSet {
    const { config, maxConnections, storageClass, onError } = this.args;
    return new StatefulSet(
      `${this.name}-server`,
      {
        metadata: this.metadata(),
        spec: {
          serviceName: "mariadb",
          replicas: 1,
          // With OrderedReady, a pod that never becomes ready would block the rollout of a corrected template.
          podManagementPolicy: "Parallel",
          selector: { matchLabels: selectorLabels("mariadb") },
          template: {
            metadata: { labels: labels("mariadb") },
            spec: mariaDbPodSpec({
              ...{ image: config.mariadbImage, upgrade: config.mariadbUpgrade },
              ...{ maxConnections, connection: connectionObjects },
            }),
          },
          volumeClaimTemplates: [claimTemplate(config.mariadbStorage, storageClass)],
          persistentVolumeClaimRetentionPolicy: claimRetentionPolicy("retain"),
        },
      },
      {
        ...this.child(...dependsOn),
        ignoreChanges: ["spec.volumeClaimTemplates"],
        hooks: { onError: [onError(databaseWorkload(config.namespace))] },
      },
    );
  }

  /** Sets the user's password on the running server, and records the server's series. Another image runs it again. */
  private createPasswordUpdate(server: StatefulSet): void {
    const { mariadbImage: image } = this.args.config;
    this.createUserCommand("user-password", { user: this.user, image }, this.child(server));
  }

  private createUserCommand(role: string, user: object, options: pulumi.CustomResourceOptions): local.Command {
    const { cluster, config } = this.args;
    const request = { namespace: config.namespace, database, password: this.passwords.user, ...user };
    return kubectlCommand(`${this.name}-${role}`, { cluster, onChange: "prepare-database-user", request }, options);
  }

  private metadata() {
    return { name: "mariadb", namespace: this.args.config.namespace, labels: labels("mariadb") };
  }

  private protectedChild() {
    return { ...this.child(), protect: this.args.config.dataRetention === "retain" };
  }
}
