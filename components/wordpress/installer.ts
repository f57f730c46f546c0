import type { Job } from "@pulumi/kubernetes/batch/v1";
import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { Workload } from "../diagnostics/workload";
import { Component } from "../kubernetes/component";
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

const secretName = "wordpress-admin";

/** The job that installs the site by WordPress's API or upgrades its tables to the image's core, and the administrator's Secret. */
export class Installer extends Component<InstallerArgs> {
  readonly adminPassword: pulumi.Output<string>;
  /** The site's pods depend on this job. */
  readonly job: Job;

  constructor(name: string, args: InstallerArgs, options?: pulumi.ComponentResourceOptions) {
    super("wordpress:site:Installer", name, args, options);
    this.adminPassword = args.config.adminPassword ?? this.createPassword();
    const secret = this.createSecret();
    this.job = this.createJob(secret);
    this.registerOutputs({});
  }

  private createPassword(): pulumi.Output<string> {
    const name = `${this.name}-admin-password`;
    return new RandomPassword(name, { length: 24, special: false }, this.protectedChild()).result;
  }

  private createSecret(): Secret {
    const { namespace, adminUser } = this.args.config;
    return new Secret(
      `${this.name}-admin`,
      {
        metadata: { name: secretName, namespace, labels: labels("wordpress") },
        stringData: { username: adminUser, password: this.adminPassword },
      },
      this.protectedChild(),
    );
  }

  private createJob(secret: Secret): Job {
    const { config, pod, dependsOn, onError } = this.args;
    const { namespace, siteTitle, adminUser, adminEmail } = config;
    const environment = [
      { name: "SITE_TITLE", value: siteTitle },
      { name: "ADMIN_USER", value: adminUser },
      { name: "ADMIN_EMAIL", value: adminEmail },
      { name: "ADMIN_PASSWORD", valueFrom: { secretKeyRef: { name: secretName, key: "password" } } },
    ];
    const command = ["php", `${siteFolder}/install.php`];
    return runOnce(
      `${this.name}-install`,
      { namespace, name: siteTasks.install, pod: taskPodSpec(pod, command, environment), onError },
      this.child(...dependsOn, secret),
    );
  }

  private protectedChild() {
    return { ...this.child(), protect: this.args.config.dataRetention === "retain" };
  }
}
