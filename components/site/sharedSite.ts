import { Deployment } from "@pulumi/kubernetes/apps/v1";
import { CronJob } from "@pulumi/kubernetes/batch/v1";
import { ConfigMap, PersistentVolumeClaim, Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { Workload } from "../cluster/diagnosis";
import type { DatabaseConnection } from "../database/mariaDb";
import { dependencies } from "../dependencies";
import { labels, taskLabels } from "../labels";
import { type ContentAccessMode, contentClaimName, type DataRetention } from "../storage/claims";
import {
  fillPodSpec,
  sharedPodSpec,
  type SharedPodArgs,
  sharedSelector,
  siteConfigName,
  taskPodSpec,
} from "./sharedPod";
import { digest, type Extensions, siteChecksum, siteFiles, siteFolder, siteJson, type SiteSettings } from "./siteFiles";
import { runOnce, taskPodLabels } from "./tasks";

/** Who the site's first user is, and what the site is called. They hold for the first installation. */
export interface Administrator {
  readonly title: string;
  readonly user: string;
  readonly email: string;
  /** @default random */
  readonly password?: pulumi.Input<string> | undefined;
}

export interface SharedSiteArgs {
  readonly namespace: string;
  /** Number of pods, 1 to 100. */
  readonly replicas: number;
  readonly image: string;
  /** Size of the claim `wordpress-content`, a Kubernetes quantity. It may only grow. */
  readonly storage: string;
  /** Class of that claim. @default the cluster's default class */
  readonly storageClass?: string | undefined;
  readonly accessMode: ContentAccessMode;
  readonly settings: SiteSettings;
  readonly extensions: Extensions;
  /** The nodes' addresses, at least one. */
  readonly addresses: pulumi.Input<readonly string[]>;
  readonly administrator: Administrator;
  readonly keys: { readonly secretName: string; readonly checksum: pulumi.Output<string> };
  readonly database: DatabaseConnection;
  /** Is up before anything here runs. */
  readonly runsAfter: readonly pulumi.Resource[];
  readonly dataRetention: DataRetention;
  /** Called when a workload does not come up, or a job does not end well. */
  readonly onError: (workload: Workload) => pulumi.ErrorHook;
}

/** Pods without a state of their own: core from the image, content on one claim, and jobs that fill it and make the site. */
export class SharedSite extends pulumi.ComponentResource {
  readonly adminPassword: pulumi.Output<string>;

  constructor(name: string, args: SharedSiteArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("wordpress:site:SharedSite", name, {}, options);
    const { namespace, settings, administrator } = args;
    const retain = args.dataRetention === "retain";
    const child = { parent: this, dependsOn: dependencies(options) };
    const after = (...more: pulumi.Resource[]) => ({ parent: this, dependsOn: dependencies(options, ...more) });
    const metadata = { namespace, labels: labels("wordpress") };
    const pod: SharedPodArgs = {
      image: args.image,
      keysSecret: args.keys.secretName,
      database: args.database,
      accessMode: args.accessMode,
    };
    const reported = (app: string, kind: Workload["kind"]) => ({
      hooks: { onError: [args.onError({ namespace, app, kind })] },
    });

    const config = new ConfigMap(
      `${name}-config`,
      {
        metadata: { ...metadata, name: siteConfigName },
        data: {
          ...siteFiles(settings),
          "extensions.json": JSON.stringify(args.extensions),
          "settings.json": pulumi.output(args.addresses).apply((addresses) => siteJson(settings, addresses)),
        },
      },
      child,
    );
    const claim = new PersistentVolumeClaim(
      `${name}-claim`,
      {
        // The job that fills it waits for its volume, and with some classes the volume for the job.
        metadata: { ...metadata, name: contentClaimName, annotations: { "pulumi.com/skipAwait": "true" } },
        spec: {
          accessModes: [args.accessMode],
          ...(args.storageClass === undefined ? {} : { storageClassName: args.storageClass }),
          resources: { requests: { storage: args.storage } },
        },
      },
      // Another class or mode would be another claim, without what is on this one. The preflight refuses it.
      { ...child, protect: retain, ignoreChanges: ["spec.accessModes", "spec.storageClassName"] },
    );
    const fill = runOnce(
      `${name}-fill`,
      { namespace, name: "wordpress-fill", pod: fillPodSpec(pod) },
      { ...after(config, claim), ...reported("wordpress-fill", "Job") },
    );

    const kept = { ...child, protect: retain };
    this.adminPassword =
      administrator.password === undefined
        ? new RandomPassword(`${name}-admin-password`, { length: 24, special: false }, kept).result
        : pulumi.secret(administrator.password);
    const secret = new Secret(
      `${name}-admin`,
      {
        metadata: { ...metadata, name: "wordpress-admin" },
        stringData: { username: administrator.user, password: this.adminPassword },
      },
      kept,
    );
    const install = runOnce(
      `${name}-install`,
      {
        namespace,
        name: "wordpress-install",
        pod: taskPodSpec(
          pod,
          ["php", `${siteFolder}/install.php`],
          [
            { name: "SITE_TITLE", value: administrator.title },
            { name: "ADMIN_USER", value: administrator.user },
            { name: "ADMIN_EMAIL", value: administrator.email },
            { name: "ADMIN_PASSWORD", valueFrom: { secretKeyRef: { name: "wordpress-admin", key: "password" } } },
          ],
        ),
      },
      { ...after(...args.runsAfter, fill, secret), ...reported("wordpress-install", "Job") },
    );

    // A list that changes is another job. The site does not wait for it: with a plugin that cannot be had it is still the site.
    runOnce(
      `${name}-extensions`,
      {
        namespace,
        name: "wordpress-extensions",
        pod: taskPodSpec(
          pod,
          ["php", `${siteFolder}/extensions.php`],
          [{ name: "EXTENSIONS", value: digest(args.extensions) }],
        ),
        // What cannot be fetched twice has to be mended first.
        retries: 1,
      },
      { ...after(install), ...reported("wordpress-extensions", "Job") },
    );
    new Deployment(
      `${name}-pods`,
      {
        metadata: { ...metadata, name: "wordpress", annotations: { "pulumi.com/patchForce": "true" } },
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
                "wordpress/settings-checksum": siteChecksum(settings),
              },
            },
            spec: sharedPodSpec(pod, settings.siteUrl, settings.phpMemory),
          },
        },
      },
      { ...after(install), ...reported("wordpress", "Deployment") },
    );
    new CronJob(
      `${name}-cron`,
      {
        metadata: { ...metadata, name: "wordpress-cron", labels: taskLabels("wordpress-cron") },
        spec: {
          schedule: "*/5 * * * *",
          concurrencyPolicy: "Forbid",
          startingDeadlineSeconds: 240,
          successfulJobsHistoryLimit: 1,
          failedJobsHistoryLimit: 1,
          jobTemplate: {
            spec: {
              backoffLimit: 0,
              activeDeadlineSeconds: 900,
              template: {
                metadata: { labels: taskPodLabels("wordpress-cron") },
                spec: taskPodSpec(pod, ["php", "/var/www/html/wp-cron.php"]),
              },
            },
          },
        },
      },
      after(install),
    );
    this.registerOutputs({});
  }
}
