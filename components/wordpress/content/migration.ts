import { claimsOf, contentClaimName, migratedAnnotation } from "../../storage/claims/claims";
import type { ContentAccessMode } from "./keys";
import type { Kubectl } from "../../kubectl/client";
import type { AnyObject, Claim, Pod } from "../../kubernetes/objects";
import { UserError } from "../../kubectl/scriptRuntime";
import { withoutNode } from "../../diagnostics/workload";
import { pollUntilEmpty } from "../../kubectl/polling";
import { taskLabels } from "../../kubernetes/labels";
import { copyPodSpec, mergePodSpec, taskPodLabels } from "../sharedPod";

/** A site whose files are migrated from its pods' claims to the shared claim. */
export interface MigrationRequest {
  readonly namespace: string;
  readonly image: string;
  readonly accessMode: ContentAccessMode;
}

/** Timeouts in whole seconds: for the termination of the previous pods, the scheduling of a job's pod, and the copy of one claim. */
export const timeouts = { pods: 300, node: 120, copy: 3600 };

interface Job extends AnyObject {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

/**
 * Migrates the content of all pods' claims to the shared claim. It waits until no pod writes, copies each claim, compares the copy, then
 * merges all copies. After an interruption it continues where it stopped. It only reads the pods' claims.
 * @param log gets each line as soon as its job has ended
 * @returns all lines of the jobs' output
 */
export async function migrateContent(
  kubectl: Kubectl,
  { namespace, image, accessMode }: MigrationRequest,
  log: (line: string) => void,
): Promise<string[]> {
  const all = await kubectl.list<Claim>("persistentvolumeclaims", namespace);
  const shared = all.find(({ metadata }) => metadata.name === contentClaimName);
  if (shared?.metadata.annotations?.[migratedAnnotation] === "true") return [];
  const claims = claimsOf("wordpress", all);
  await pollUntilEmpty(
    timeouts.pods,
    async () => (await kubectl.list<Pod>("pods", namespace)).filter(({ metadata }) => isStatefulPod(metadata)),
    (pods) =>
      new UserError(
        `These pods still write to their claims after ${timeouts.pods} s: ` +
          `${pods.map(({ metadata }) => metadata.name).join(", ")}.\n` +
          `Inspect: kubectl --namespace ${namespace} describe pods\nThen run again: pulumi up`,
      ),
  );
  const lines: string[] = [];
  const run = async (name: string, pod: object) => {
    const output = await runJob(kubectl, { namespace, name, pod, claim: shared });
    output.forEach(log);
    lines.push(...output);
  };
  for (const { metadata } of claims) {
    const number = metadata.name.slice("data-wordpress-".length);
    await run(`wordpress-copy-${number}`, copyPodSpec({ image, accessMode }, metadata.name, number));
  }
  await run("wordpress-merge", mergePodSpec({ image, accessMode }));
  const mark = [`${migratedAnnotation}=true`, "--overwrite", "--namespace", namespace];
  await kubectl.run(["annotate", "persistentvolumeclaim", contentClaimName, ...mark]);
  return lines;
}

/** Whether the pod belongs to the StatefulSet: pods of the Deployment and of jobs have other names. */
function isStatefulPod({ name, labels = {} }: Pod["metadata"]): boolean {
  return labels.app === "wordpress" && /^wordpress-\d+$/.test(name);
}

interface JobArgs {
  readonly namespace: string;
  readonly name: string;
  readonly pod: object;
  /** The claim that the job writes to, and its owner: a running job would block the claim's deletion. */
  readonly claim: Claim | undefined;
}

/** Replaces a previous job of that name, waits until the new one has ended, deletes it, and returns the lines of its output. */
async function runJob(kubectl: Kubectl, { namespace, name, pod, claim }: JobArgs): Promise<string[]> {
  const where = ["--namespace", namespace];
  const remove = () =>
    kubectl.run(["delete", "job", name, ...where, "--ignore-not-found=true", "--cascade=foreground"]);
  await remove();
  const job = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      ...{ name, namespace, labels: taskLabels("wordpress-migration") },
      ownerReferences: claim ? [ownerReference(claim)] : [],
    },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: timeouts.copy,
      template: {
        metadata: { labels: taskPodLabels("wordpress-migration") },
        spec: pod,
      },
    },
  };
  await kubectl.run(["create", "--filename=-"], JSON.stringify(job));
  const logs = () => kubectl.run(["logs", `job/${name}`, ...where, "--tail=1000"]).catch(() => "");
  let ended: Job | undefined;
  const begun = Date.now();
  let isSchedulingChecked = false;
  const unfinished = async () => {
    const seen = await kubectl.json<Job>(["get", "job", name, ...where]);
    ended = seen;
    if (condition(seen, "Complete") || condition(seen, "Failed")) return [];
    if (!isSchedulingChecked && Date.now() - begun > timeouts.node * 1000) {
      await assertScheduled(kubectl, namespace, name);
      isSchedulingChecked = true;
    }
    return [seen];
  };
  await pollUntilEmpty(
    timeouts.copy,
    unfinished,
    () => new UserError(`The job ${name} did not end within ${timeouts.copy} s.\nRun again: pulumi up`),
  );
  const output = (await logs()).trimEnd().split("\n").filter(Boolean);
  if (ended && condition(ended, "Failed")) {
    const reason = condition(ended, "Failed")?.message ?? "";
    throw new UserError(
      [`The job ${name} failed: ${reason}`, ...output.slice(-10).map((line) => `  | ${line}`), resumeOrRevert].join(
        "\n",
      ),
    );
  }
  await remove();
  return output;
}

/** @throws UserError with the scheduler's reason, if it finds no node for a job's pod */
async function assertScheduled(kubectl: Kubectl, namespace: string, job: string): Promise<void> {
  const pods = await kubectl.list<Pod>("pods", namespace);
  const reason = pods
    .filter(({ metadata }) => metadata.labels?.["job-name"] === job)
    .map(withoutNode)
    .find((found) => found !== undefined);
  if (reason === undefined) return;
  throw new UserError(
    `The job ${job} cannot be scheduled, because no node can mount both of its claims: ${reason}\n${resumeOrRevert}`,
  );
}

function ownerReference({ metadata: { name, uid } }: Claim) {
  return { apiVersion: "v1", kind: "PersistentVolumeClaim", name, uid, blockOwnerDeletion: true };
}

const resumeOrRevert =
  "The pods' own claims are unchanged.\nFix the cause, then run again: pulumi up\n" +
  "To go back: pulumi config set content perPod, remove the keys that are only for shared content, then run: pulumi up";

function condition({ status }: Job, type: string) {
  return status?.conditions?.find((candidate) => candidate.type === type && candidate.status === "True");
}
