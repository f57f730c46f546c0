import type { Job } from "@pulumi/kubernetes/batch/v1";
import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { Workload } from "../diagnostics/workload";
import { dependencies } from "../kubernetes/dependencies";
import { labels } from "../kubernetes/labels";
import type { DataRetention } from "../storage/claims/keys";
import { type SharedPodArgs, taskPodSpec } from "./sharedPod";
import { siteFolder } from "./siteFiles";
import { runOnce, siteTasks } from "./tasks";

/** The site's first user and title. They apply to the first installation only. */
export interface Administrator {
  readonly title: string;
  readonly user: string;
  readonly email: string;
  /** @default random */
  readonly password?: pulumi.Input<string> | undefined;
}

export interface InstallerArgs {
  readonly namespace: string;
  readonly pod: SharedPodArgs;
  readonly administrator: Administrator;
  readonly dataRetention: DataRetention;
  /** Are ready before the job starts: database, salts, content. */
  readonly dependsOn: readonly pulumi.Resource[];
  /** Returns the hook that reports why the job failed. */
  readonly onError: (workload: Workload) => pulumi.ErrorHook;
}

/** The job that installs the site by WordPress's API or upgrades its tables to the image's core, and the administrator's Secret. */
export class Installer extends pulumi.ComponentResource {
  readonly adminPassword: pulumi.Output<string>;
  /** The site's pods depend on this job. */
  readonly job: Job;

  constructor(name: string, args: InstallerArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("wordpress:site:Installer", name, {}, options);
    const { namespace, administrator } = args;
    const kept = { parent: this, dependsOn: dependencies(options), protect: args.dataRetention === "retain" };
    const secretName = "wordpress-admin";

    this.adminPassword =
      administrator.password === undefined
        ? new RandomPassword(`${name}-admin-password`, { length: 24, special: false }, kept).result
        : pulumi.secret(administrator.password);
    const secret = new Secret(
      `${name}-admin`,
      {
        metadata: { name: secretName, namespace, labels: labels("wordpress") },
        stringData: { username: administrator.user, password: this.adminPassword },
      },
      kept,
    );
    this.job = runOnce(
      `${name}-install`,
      {
        namespace,
        name: siteTasks.install,
        pod: taskPodSpec(
          args.pod,
          ["php", `${siteFolder}/install.php`],
          [
            { name: "SITE_TITLE", value: administrator.title },
            { name: "ADMIN_USER", value: administrator.user },
            { name: "ADMIN_EMAIL", value: administrator.email },
            { name: "ADMIN_PASSWORD", valueFrom: { secretKeyRef: { name: secretName, key: "password" } } },
          ],
        ),
        onError: args.onError,
      },
      { parent: this, dependsOn: dependencies(options, ...args.dependsOn, secret) },
    );
    this.registerOutputs({});
  }
}
