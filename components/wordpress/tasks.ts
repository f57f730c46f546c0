import { Job } from "@pulumi/kubernetes/batch/v1";
import * as pulumi from "@pulumi/pulumi";
import type { Workload } from "../diagnostics/workload";
import { digest } from "../kubernetes/digest";
import { taskLabels } from "../kubernetes/labels";
import { taskPodLabels } from "./sharedPod";
import { siteWorkload } from "./workload";

/** Timeout of a job in whole seconds. It includes the pull of the image and the start of the database. */
const taskSeconds = 900;

/** Jobs that run WordPress, by purpose. The value is their pods' label `app`. */
export const siteTasks = {
  install: "wordpress-install",
  extensions: "wordpress-extensions",
  cron: "wordpress-cron",
  objectCache: "wordpress-object-cache-begin",
} as const;

/** Values of the label `app` of all pods that connect to the database. */
export const databaseClients: readonly string[] = ["wordpress", ...Object.values(siteTasks)];

/** A job that runs once for each pod spec. */
export interface Task {
  readonly namespace: string;
  /** Prefix of the job's name, and its pods' label `app`. */
  readonly name: string;
  readonly pod: object;
  /** Maximum number of retries. @default 3 */
  readonly retries?: number;
  /** Returns the hook that reports why the job failed. */
  readonly onError: (workload: Workload) => pulumi.ErrorHook;
}

/** Runs a task. Another image is another job with another name. The next `up` replaces a failed job. */
export function runOnce(
  name: string,
  { namespace, name: task, pod, retries = 3, onError }: Task,
  options: pulumi.CustomResourceOptions,
): Job {
  return new Job(
    name,
    {
      metadata: {
        name: `${task}-${digest(withoutOutputs(pod)).slice(0, 8)}`,
        namespace,
        labels: taskLabels(task),
        annotations: { "pulumi.com/replaceUnready": "true" },
      },
      spec: {
        // Retries are safe: all tasks are idempotent.
        backoffLimit: retries,
        activeDeadlineSeconds: taskSeconds,
        template: { metadata: { labels: taskPodLabels(task) }, spec: pod as never },
      },
    },
    {
      ...options,
      // Otherwise a job whose image is unavailable would keep the previous job, and a return to that image needs the job's name again.
      deleteBeforeReplace: true,
      customTimeouts: { create: `${taskSeconds + 60}s` },
      hooks: { onError: [onError(siteWorkload(namespace, "Job", task))] },
    },
  );
}

/** Removes Outputs from a value: a job's name must not depend on results of the cluster, such as the address of a Service. */
function withoutOutputs(value: unknown): unknown {
  if (pulumi.Output.isInstance(value)) return null;
  if (Array.isArray(value)) return value.map(withoutOutputs);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, withoutOutputs(field)]));
}
