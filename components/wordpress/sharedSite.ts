import { Deployment } from "@pulumi/kubernetes/apps/v1";
import * as pulumi from "@pulumi/pulumi";
import { databaseChecksum } from "../mariadb/databaseUsers";
import type { DatabaseConnection } from "../mariadb/connection";
import { dependencies } from "../kubernetes/dependencies";
import { digest } from "../kubernetes/digest";
import { rolloutOf, type Rollout } from "../diagnostics/rollout";
import { rolloutOptions } from "./rolloutOptions";
import { defaultContainer } from "./wordPressPod";
import { labels } from "../kubernetes/labels";
import { Content, type ContentArgs } from "./content/content";
import { Cron } from "./cron";
import { type Administrator, Installer } from "./installer";
import { ObjectCache, objectCacheChecksum, type ObjectCacheSettings } from "../objectCache/objectCache";
import { objectCachePlugin } from "../objectCache/objectCacheNames";
import { sharedPodSpec, type SharedPodArgs, sharedSelector, taskPodSpec } from "./sharedPod";
import { siteChecksum, siteFolder } from "./siteFiles";
import { runOnce, siteTasks } from "./tasks";
import { siteWorkload } from "./workload";

export interface SharedSiteArgs extends ContentArgs {
  /** Number of pods, 1 to 100. */
  readonly replicas: number;
  readonly administrator: Administrator;
  /** Undefined where WordPress asks its database alone. */
  readonly objectCache: ObjectCacheSettings | undefined;
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
  /** Of the site's pods, and of the object cache's where there is one. */
  readonly rollouts: readonly Rollout[];

  constructor(name: string, args: SharedSiteArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("wordpress:site:SharedSite", name, {}, options);
    const { namespace, settings, image, accessMode, database, onError } = args;
    const child = { parent: this, dependsOn: dependencies(options) };
    const objectCache =
      args.objectCache && new ObjectCache(`${name}-object-cache`, { ...args.objectCache, namespace, onError }, child);
    const pod: SharedPodArgs = {
      ...{ image, accessMode, database, keysSecret: args.keys.secretName, phpMemory: settings.phpMemory },
      objectCache: objectCache?.connection,
    };

    const { filled } = new Content(`${name}-content`, args, child);
    const { installed, adminPassword } = new Installer(
      `${name}-installer`,
      { ...args, pod, runsAfter: [...args.runsAfter, filled, ...(objectCache ? [objectCache] : [])] },
      child,
    );
    this.adminPassword = adminPassword;
    const after = { parent: this, dependsOn: dependencies(options, installed) };
    // A list that changes is another job. The site does not wait for it: with a plugin that cannot be had it is still the site.
    const extended = runOnce(
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
    const rollout = rolloutOf(siteWorkload(namespace, "Deployment"), args.replicas);
    this.rollouts = [rollout, ...(objectCache ? [objectCache.rollout] : [])];
    const pods = new Deployment(
      `${name}-pods`,
      {
        metadata: { name: "wordpress", namespace, labels: labels("wordpress") },
        spec: {
          replicas: args.replicas,
          selector: { matchLabels: sharedSelector },
          // A pod goes when another one serves in its place. A quarter at a time (one at least): 100 in turn take longer than Pulumi waits.
          strategy: { rollingUpdate: { maxSurge: "25%", maxUnavailable: 0 } },
          template: {
            metadata: {
              labels: { ...labels("wordpress"), ...sharedSelector },
              annotations: {
                ...defaultContainer,
                "wordpress/keys-checksum": args.keys.checksum,
                [databaseChecksum]: args.databaseChecksum,
                "wordpress/settings-checksum": pulumi
                  .output(args.addresses)
                  .apply((addresses) => siteChecksum(settings, addresses)),
                ...(objectCache && { [objectCacheChecksum]: objectCache.checksum }),
              },
            },
            spec: sharedPodSpec(pod),
          },
        },
      },
      { ...after, ...rolloutOptions(args, rollout) },
    );
    if (objectCache) {
      // All pods begin with it at once, when all of them know of it. Another version of the plugin may read other values.
      const plugin = args.extensions.plugins.find(({ slug }) => slug === objectCachePlugin);
      runOnce(
        `${name}-object-cache-begin`,
        {
          ...{ namespace, onError, name: siteTasks.objectCache },
          pod: taskPodSpec(
            pod,
            ["php", `${siteFolder}/objectCache.php`],
            [{ name: "PLUGIN", value: plugin?.sha256 ?? "" }],
          ),
          // A plugin without a drop-in has to be another one first.
          retries: 1,
        },
        // On the cache directly: Pulumi orders what one `up` deletes by direct dependencies alone.
        { parent: this, dependsOn: dependencies(options, extended, pods, objectCache) },
      );
    }
    this.registerOutputs({});
  }
}
