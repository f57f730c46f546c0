import { Job } from "@pulumi/kubernetes/batch/v1";
import type * as pulumi from "@pulumi/pulumi";
import { taskLabels } from "../labels";
import { contentLabels } from "./sharedPod";
import { digest } from "./siteFiles";

/** Whole seconds after which a job that has not ended is given up: its image may have to be pulled, its database to come up. */
const taskSeconds = 900;

/** Labels of a job's pods. They are no pods of the site: the Service must not send anybody to them. */
export function taskPodLabels(task: string) {
  return { ...taskLabels(task), ...contentLabels };
}

/**
 * A job that is run once for each form of its pod: another image is another job, under another name. One that failed is made
 * anew by the next `up`.
 */
export function runOnce(
  name: string,
  task: {
    readonly namespace: string;
    readonly name: string;
    readonly pod: object;
    /** How often it is tried again. @default 3 */
    readonly retries?: number;
  },
  options: pulumi.CustomResourceOptions,
): Job {
  return new Job(
    name,
    {
      metadata: {
        name: `${task.name}-${digest(task.pod).slice(0, 8)}`,
        namespace: task.namespace,
        labels: taskLabels(task.name),
        annotations: { "pulumi.com/replaceUnready": "true" },
      },
      spec: {
        // It can be run again: what it did is still done.
        backoffLimit: task.retries ?? 3,
        activeDeadlineSeconds: taskSeconds,
        template: { metadata: { labels: taskPodLabels(task.name) }, spec: task.pod as never },
      },
    },
    { ...options, customTimeouts: { create: `${taskSeconds + 60}s` } },
  );
}
