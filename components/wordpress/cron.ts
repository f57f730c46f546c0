import { CronJob } from "@pulumi/kubernetes/batch/v1";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../kubernetes/component";
import { taskLabels } from "../kubernetes/labels";
import { type SharedPodArgs, taskPodLabels, taskPodSpec } from "./sharedPod";
import { siteFolder } from "./siteFiles";
import { siteTasks } from "./tasks";

export interface CronArgs {
  readonly namespace: string;
  readonly pod: SharedPodArgs;
}

/** Runs the due events of WP-Cron every five minutes, once for all pods. */
export class Cron extends Component<CronArgs> {
  constructor(name: string, args: CronArgs, options?: pulumi.ComponentResourceOptions) {
    super("wordpress:site:Cron", name, args, options);
    const { namespace, pod } = args;
    const task = siteTasks.cron;
    new CronJob(
      `${name}-job`,
      {
        metadata: { name: task, namespace, labels: taskLabels(task) },
        spec: {
          schedule: "*/5 * * * *",
          // Explicit, so that `pulumi refresh` detects a CronJob that was suspended by hand.
          suspend: false,
          concurrencyPolicy: "Forbid",
          startingDeadlineSeconds: 240,
          successfulJobsHistoryLimit: 1,
          failedJobsHistoryLimit: 1,
          jobTemplate: {
            spec: {
              backoffLimit: 0,
              activeDeadlineSeconds: 900,
              template: {
                metadata: { labels: taskPodLabels(task) },
                spec: taskPodSpec(pod, ["php", `${siteFolder}/cron.php`]),
              },
            },
          },
        },
      },
      this.child(),
    );
    this.registerOutputs({});
  }
}
