import { Deployment } from "@pulumi/kubernetes/apps/v1";
import type { Job } from "@pulumi/kubernetes/batch/v1";
import * as pulumi from "@pulumi/pulumi";
import { type Rollout, rolloutOf } from "../diagnostics/rollout";
import { Component } from "../kubernetes/component";
import { digest } from "../kubernetes/digest";
import { labels } from "../kubernetes/labels";
import type { DatabaseConnection } from "../mariadb/connection";
import { databaseChecksumAnnotation } from "../mariadb/databaseUsers";
import { ObjectCache, objectCacheChecksum } from "../objectCache/objectCache";
import { objectCachePlugin } from "../objectCache/objectCacheNames";
import { Content, type ContentArgs } from "./content/content";
import { Cron } from "./cron";
import { Installer } from "./installer";
import { rolloutOptions } from "./rolloutOptions";
import type { Salts } from "./salts";
import { sharedPodSpec, type SharedPodArgs, sharedSelector, taskPodSpec } from "./sharedPod";
import { siteChecksum, siteExtensions, siteFolder } from "./siteFiles";
import { siteMetadata } from "./siteObjects";
import { runOnce, siteTasks } from "./tasks";
import { siteWorkload } from "./workload";
import { defaultContainer } from "./wordPressPod";

export interface SharedSiteArgs extends ContentArgs {
  readonly salts: Pick<Salts, "secretName" | "checksum">;
  readonly database: DatabaseConnection;
  /** Checksum of the database's user and password. Another checksum rolls the pods. */
  readonly databaseChecksum: pulumi.Output<string>;
  /** Are ready before the first job that runs WordPress starts. */
  readonly dependsOn: readonly pulumi.Resource[];
}

/** Pods without state of their own: core from the image, content on one claim, and the jobs that fill it and install the site. */
export class SharedSite extends Component<SharedSiteArgs> {
  readonly adminPassword: pulumi.Output<string>;
  /** Rollouts of the site's pods and of the object cache's. */
  readonly rollouts: readonly Rollout[];

  constructor(name: string, args: SharedSiteArgs, options?: pulumi.ComponentResourceOptions) {
    super("wordpress:site:SharedSite", name, args, options);
    const objectCache = this.createObjectCache();
    const pod = this.podArgs(objectCache);
    const content = this.createContent();
    const installer = this.createInstaller(pod, content, objectCache);
    const extensionsJob = this.createExtensionsJob(pod, installer.job);
    this.createCron(pod, installer.job);
    const rollout = rolloutOf(siteWorkload(args.config.namespace, "Deployment"), args.config.wordpressReplicas);
    const pods = this.createDeployment(pod, installer.job, rollout, objectCache);
    if (objectCache) this.createObjectCacheJob(pod, [extensionsJob, pods, objectCache]);
    this.adminPassword = installer.adminPassword;
    this.rollouts = [rollout, ...(objectCache ? [objectCache.rollout] : [])];
    this.registerOutputs({});
  }

  private createObjectCache(): ObjectCache | undefined {
    const { onError } = this.args;
    const { objectCache: config, namespace } = this.args.config;
    if (!config.enabled) return undefined;
    return new ObjectCache(`${this.name}-object-cache`, { config, namespace, onError }, this.child());
  }

  private podArgs(objectCache: ObjectCache | undefined): SharedPodArgs {
    const { config, database, salts } = this.args;
    return { config, database, saltsSecret: salts.secretName, objectCache: objectCache?.connection };
  }

  private createContent(): Content {
    return new Content(`${this.name}-content`, this.args, this.child());
  }

  private createInstaller(pod: SharedPodArgs, content: Content, objectCache: ObjectCache | undefined): Installer {
    const dependsOn = [...this.args.dependsOn, content.fillJob, ...(objectCache ? [objectCache] : [])];
    return new Installer(`${this.name}-installer`, { ...this.args, pod, dependsOn }, this.child());
  }

  /** Installs plugins and themes. The pods do not depend on this job: the site works without a plugin that is unavailable. */
  private createExtensionsJob(pod: SharedPodArgs, installJob: Job): Job {
    const { config, onError } = this.args;
    return runOnce(
      `${this.name}-extensions`,
      {
        namespace: config.namespace,
        name: siteTasks.extensions,
        // Another list is another value of the variable, and so another job.
        pod: taskPodSpec(
          pod,
          ["php", `${siteFolder}/extensions.php`],
          [{ name: "EXTENSIONS", value: digest(siteExtensions(config)) }],
        ),
        // A download that failed twice needs a fix first.
        retries: 1,
        onError,
      },
      this.child(installJob),
    );
  }

  private createCron(pod: SharedPodArgs, installJob: Job): Cron {
    return new Cron(`${this.name}-cron`, { namespace: this.args.config.namespace, pod }, this.child(installJob));
  }

  private createDeployment(
    pod: SharedPodArgs,
    installJob: Job,
    rollout: Rollout,
    objectCache: ObjectCache | undefined,
  ): Deployment {
    const { config, salts, databaseChecksum, addresses } = this.args;
    return new Deployment(
      `${this.name}-pods`,
      {
        metadata: siteMetadata(config.namespace),
        spec: {
          replicas: config.wordpressReplicas,
          selector: { matchLabels: sharedSelector },
          // A pod is deleted only when another one is ready in its place. A quarter of the pods (at least one) is replaced at a time:
          // 100 pods in turn would take longer than Pulumi's timeout.
          strategy: { rollingUpdate: { maxSurge: "25%", maxUnavailable: 0 } },
          template: {
            metadata: {
              labels: { ...labels("wordpress"), ...sharedSelector },
              annotations: {
                ...defaultContainer,
                "wordpress/keys-checksum": salts.checksum,
                [databaseChecksumAnnotation]: databaseChecksum,
                "wordpress/settings-checksum": pulumi
                  .output(addresses)
                  .apply((nodeAddresses) => siteChecksum(config, nodeAddresses)),
                ...(objectCache && { [objectCacheChecksum]: objectCache.checksum }),
              },
            },
            spec: sharedPodSpec(pod),
          },
        },
      },
      { ...this.child(installJob), ...rolloutOptions(this.args, rollout) },
    );
  }

  /**
   * Enables the object cache for all pods at once, when all of them are connected to it.
   * @param dependsOn includes the cache itself: Pulumi orders the deletions of one `up` by direct dependencies only
   */
  private createObjectCacheJob(pod: SharedPodArgs, dependsOn: readonly pulumi.Resource[]): Job {
    const { config, onError } = this.args;
    const { namespace, plugins } = config;
    const plugin = plugins.find(({ slug }) => slug === objectCachePlugin);
    return runOnce(
      `${this.name}-object-cache-begin`,
      {
        ...{ namespace, onError, name: siteTasks.objectCache },
        pod: taskPodSpec(
          pod,
          ["php", `${siteFolder}/objectCache.php`],
          // Another version of the plugin may store values in another format, and so needs another job.
          [{ name: "PLUGIN", value: plugin?.sha256 ?? "" }],
        ),
        // A plugin without a drop-in has to be replaced first.
        retries: 1,
      },
      this.child(...dependsOn),
    );
  }
}
