import { Deployment } from "@pulumi/kubernetes/apps/v1";
import * as pulumi from "@pulumi/pulumi";
import { databaseChecksum } from "../database/databaseUsers";
import type { DatabaseConnection } from "../database/mariaDb";
import { dependencies } from "../dependencies";
import { digest } from "../digest";
import { labels } from "../labels";
import { Content, type ContentArgs } from "./content";
import { Cron } from "./cron";
import { type Administrator, Installer } from "./installer";
import { sharedPodSpec, type SharedPodArgs, sharedSelector, taskPodSpec } from "./sharedPod";
import { siteChecksum, siteFolder } from "./siteFiles";
import { runOnce, siteTasks } from "./tasks";

export interface SharedSiteArgs extends ContentArgs {
  /** Number of pods, 1 to 100. */
  readonly replicas: number;
  readonly administrator: Administrator;
  readonly keys: { readonly secretName: string; readonly checksum: pulumi.Output<string> };
  readonly database: DatabaseConnection;
  /** Of the database's user and password; another one rolls the pods. */
  readonly databaseChecksum: pulumi.Output<string>;
  /** Are up before WordPress is asked for anything. */
  readonly runsAfter: readonly pulumi.Resource[];
}

/** Pods without a state of their own: core from the image, content on one claim, and jobs that fill it and make the site. */
export class SharedSite extends pulumi.ComponentResource {
  readonly adminPassword: pulumi.Output<string>;

  constructor(name: string, args: SharedSiteArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("wordpress:site:SharedSite", name, {}, options);
    const { namespace, settings, image, accessMode, database, onError } = args;
    const child = { parent: this, dependsOn: dependencies(options) };
    const pod: SharedPodArgs = { image, accessMode, database, keysSecret: args.keys.secretName };

    const { filled } = new Content(`${name}-content`, args, child);
    const { installed, adminPassword } = new Installer(
      `${name}-installer`,
      { ...args, pod, runsAfter: [...args.runsAfter, filled] },
      child,
    );
    this.adminPassword = adminPassword;
    const after = { parent: this, dependsOn: dependencies(options, installed) };
    // A list that changes is another job. The site does not wait for it: with a plugin that cannot be had it is still the site.
    runOnce(
      `${name}-extensions`,
      {
        namespace,
        name: siteTasks.extensions,
        pod: taskPodSpec(
          pod,
          ["php", `${siteFolder}/extensions.php`],
          [{ name: "EXTENSIONS", value: digest(args.extensions) }],
        ),
        // What cannot be fetched twice has to be mended first.
        retries: 1,
        onError,
      },
      after,
    );
    new Cron(`${name}-cron`, { namespace, pod }, after);
    new Deployment(
      `${name}-pods`,
      {
        metadata: { name: "wordpress", namespace, labels: labels("wordpress") },
        spec: {
          replicas: args.replicas,
          selector: { matchLabels: sharedSelector },
          // A pod goes when another one serves in its place.
          strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          template: {
            metadata: {
              labels: { ...labels("wordpress"), ...sharedSelector },
              annotations: {
                "wordpress/keys-checksum": args.keys.checksum,
                [databaseChecksum]: args.databaseChecksum,
                "wordpress/settings-checksum": pulumi
                  .output(args.addresses)
                  .apply((addresses) => siteChecksum(settings, addresses)),
              },
            },
            spec: sharedPodSpec(pod, settings.siteUrl, settings.phpMemory),
          },
        },
      },
      { ...after, hooks: { onError: [onError({ namespace, kind: "Deployment", app: "wordpress" })] } },
    );
    this.registerOutputs({});
  }
}
