import type { Job } from "@pulumi/kubernetes/batch/v1";
import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { Workload } from "../diagnostics/workload";
import { dependencies } from "../kubernetes/dependencies";
import { labels } from "../kubernetes/labels";
import type { SiteConfig } from "./keys";
import { type SharedPodArgs, taskPodSpec } from "./sharedPod";
import { siteFolder } from "./siteFiles";
import { runOnce, siteTasks } from "./tasks";

export interface InstallerArgs {
  readonly config: SiteConfig;
  readonly pod: SharedPodArgs;
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
    const { namespace, dataRetention, siteTitle, adminUser, adminEmail, adminPassword } = args.config;
    const kept = { parent: this, dependsOn: dependencies(options), protect: dataRetention === "retain" };
    const secretName = "wordpress-admin";

    this.adminPassword =
      adminPassword === undefined
        ? new RandomPassword(`${name}-admin-password`, { length: 24, special: false }, kept).result
        : adminPassword;
    const secret = new Secret(
      `${name}-admin`,
      {
        metadata: { name: secretName, namespace, labels: labels("wordpress") },
        stringData: { username: adminUser, password: this.adminPassword },
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
            { name: "SITE_TITLE", value: siteTitle },
            { name: "ADMIN_USER", value: adminUser },
            { name: "ADMIN_EMAIL", value: adminEmail },
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
