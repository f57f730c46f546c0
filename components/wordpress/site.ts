import type * as pulumi from "@pulumi/pulumi";
import type { Rollout } from "../diagnostics/rollout";
import type { Workload } from "../diagnostics/workload";
import type { ClusterAccess } from "../kubectl/clusterAccess";
import type { DatabaseConnection } from "../mariadb/connection";
import type { SiteConfig } from "./keys";

/** Arguments of a site, in both modes of `content`. */
export interface SiteArgs {
  readonly cluster: ClusterAccess;
  readonly config: SiteConfig;
  /** Storage class of the claims. @default the cluster's default class */
  readonly storageClass?: string | undefined;
  readonly database: DatabaseConnection;
  /** Checksum of the database's user and password. Another checksum rolls the pods. */
  readonly databaseChecksum: pulumi.Output<string>;
  /**
   * Is ready before the pods are created, and is deleted after them. Only the pods depend on it: `pulumi destroy --exclude-protected`
   * keeps everything that a protected Secret depends on, and the database's pod must not be kept.
   */
  readonly podsDependOn: pulumi.Resource;
  /** Returns the hook that reports why a workload did not become ready, or why a job failed. */
  readonly onError: (workload: Workload) => pulumi.ErrorHook;
}

/** Result of a site, in both modes of `content`. */
export interface Site {
  /** Password of the administrator; undefined for a site that its first visitor installs. */
  readonly adminPassword: pulumi.Output<string> | undefined;
  /** Rollouts of the workloads that serve visitors. The database's is not needed: the site's pods are not ready without it. */
  readonly rollouts: readonly Rollout[];
}
