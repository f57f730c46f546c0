import type { Job } from "@pulumi/kubernetes/batch/v1";
import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { Workload } from "../diagnostics/workload";
import { dependencies } from "../kubernetes/dependencies";
import { labels } from "../kubernetes/labels";
import type { DataRetention } from "../storage/claims/claims";
import { type SharedPodArgs, taskPodSpec } from "./sharedPod";
import { siteFolder } from "./siteFiles";
import { runOnce, siteTasks } from "./tasks";

/** Who the site's first user is, and what the site is called. They hold for the first installation. */
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
  /** Are there before WordPress is asked for anything: database, keys, content. */
  readonly dependsOn: readonly pulumi.Resource[];
  /** Called when the job does not end well. */
  readonly onError: (workload: Workload) => pulumi.ErrorHook;
}

/** The job that makes the site by WordPress's own API, or brings its tables up to the image's core, and whom it is made for. */
export class Installer extends pulumi.ComponentResource {
  readonly adminPassword: pulumi.Output<string>;
  /** The site's pods come after this. */
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
