import { Job } from "@pulumi/kubernetes/batch/v1";
import * as pulumi from "@pulumi/pulumi";
import type { Workload } from "../diagnostics/workload";
import { digest } from "../kubernetes/digest";
import { taskLabels } from "../kubernetes/labels";
import { taskPodLabels } from "./sharedPod";
import { siteWorkload } from "./workload";

/** Whole seconds after which a job that has not ended is given up: its image may have to be pulled, its database to come up. */
const taskSeconds = 900;

/** Jobs with WordPress in them, by what they do; the value is their pods' label `app`. */
export const siteTasks = {
  install: "wordpress-install",
  extensions: "wordpress-extensions",
  cron: "wordpress-cron",
  objectCache: "wordpress-object-cache-begin",
} as const;

/** Values of the label `app` of all pods that ask the database. */
export const databaseClients: readonly string[] = ["wordpress", ...Object.values(siteTasks)];

/** A job that is run once for each form of its pod. */
export interface Task {
  readonly namespace: string;
  /** What the job's name begins with, and its pods' label `app`. */
  readonly name: string;
  readonly pod: object;
  /** How often it is tried again. @default 3 */
  readonly retries?: number;
  /** Called when it does not end well. */
  readonly onError: (workload: Workload) => pulumi.ErrorHook;
}

/** Runs a task: another image is another job, under another name. One that failed is made anew by the next `up`. */
export function runOnce(
  name: string,
  { namespace, name: task, pod, retries = 3, onError }: Task,
  options: pulumi.CustomResourceOptions,
): Job {
  return new Job(
    name,
    {
      metadata: {
        name: `${task}-${digest(stated(pod)).slice(0, 8)}`,
        namespace,
        labels: taskLabels(task),
        annotations: { "pulumi.com/replaceUnready": "true" },
      },
      spec: {
        // It can be run again: what it did is still done.
        backoffLimit: retries,
        activeDeadlineSeconds: taskSeconds,
        template: { metadata: { labels: taskPodLabels(task) }, spec: pod as never },
      },
    },
    {
      ...options,
      // One whose image cannot be had must not keep the job before it waiting for its end: going back needs that one's name.
      deleteBeforeReplace: true,
      customTimeouts: { create: `${taskSeconds + 60}s` },
      hooks: { onError: [onError(siteWorkload(namespace, "Job", task))] },
    },
  );
}

/** A value without its Outputs: the name of a job does not depend on what the cluster answers, such as the address of a Service. */
function stated(value: unknown): unknown {
  if (pulumi.Output.isInstance(value)) return null;
  if (Array.isArray(value)) return value.map(stated);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, stated(field)]));
}
