import { claimsOf, contentClaimName, migratedAnnotation, type ContentAccessMode } from "../../storage/claims/claims";
import type { Kubectl } from "../../kubectl/client";
import type { AnyObject, Claim, Pod } from "../../kubernetes/objects";
import { UserError } from "../../kubectl/scriptRuntime";
import { withoutNode } from "../../diagnostics/workload";
import { pollUntilEmpty } from "../../kubectl/polling";
import { taskLabels } from "../../kubernetes/labels";
import { copyPodSpec, mergePodSpec, taskPodLabels } from "../sharedPod";

/** A site whose files are to come from its pods' claims onto one. */
export interface MigrationRequest {
  readonly namespace: string;
  readonly image: string;
  readonly accessMode: ContentAccessMode;
}

/** Whole seconds that the old pods may take to go, a job's pod to find a node, and one claim to be copied. */
export const timeouts = { pods: 300, node: 120, copy: 3600 };

interface Job extends AnyObject {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

/**
 * Brings the content of all the pods' claims onto the shared one: no pod writes any more, each claim is copied and compared, then
 * one content is made of all. Cut off anywhere, it goes on from there; the pods' claims are only read.
 * @returns what it did, a line each
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
    async () => (await kubectl.list<Pod>("pods", namespace)).filter(({ metadata }) => isOfAPodsClaim(metadata)),
    (pods) =>
      new UserError(
        `After ${timeouts.pods} s these pods still write: ${pods.map(({ metadata }) => metadata.name).join(", ")}.\n` +
          `Look: kubectl --namespace ${namespace} describe pods. Then again: pulumi up`,
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

/** Whether it is a pod of the StatefulSet's: those of the Deployment and of jobs have other names. */
function isOfAPodsClaim({ name, labels = {} }: Pod["metadata"]): boolean {
  return labels.app === "wordpress" && /^wordpress-\d+$/.test(name);
}

interface JobArgs {
  readonly namespace: string;
  readonly name: string;
  readonly pod: object;
  /** The claim that it writes to: one that goes takes the job along, which would hold it for as long as it runs. */
  readonly claim: Claim | undefined;
}

/** Runs a job to its end, a new one each time and never two at once, and returns the lines that it printed. */
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
  let mayLackNode = true;
  const unfinished = async () => {
    const seen = await kubectl.json<Job>(["get", "job", name, ...where]);
    ended = seen;
    if (condition(seen, "Complete") || condition(seen, "Failed")) return [];
    if (mayLackNode && Date.now() - begun > timeouts.node * 1000) {
      await refuseWithoutNode(kubectl, namespace, name);
      mayLackNode = false;
    }
    return [seen];
  };
  await pollUntilEmpty(
    timeouts.copy,
    unfinished,
    () => new UserError(`The job ${name} has not ended after ${timeouts.copy} s.\nThen again: pulumi up`),
  );
  const output = (await logs()).trimEnd().split("\n").filter(Boolean);
  if (ended && condition(ended, "Failed")) {
    const reason = condition(ended, "Failed")?.message ?? "";
    throw new UserError(
      [`The job ${name} failed: ${reason}`, ...output.slice(-10).map((line) => `  | ${line}`), resumeOrRevert].join("\n"),
    );
  }
  await remove();
  return output;
}

/** @throws UserError where the scheduler finds no node for a job's pod, with what it says */
async function refuseWithoutNode(kubectl: Kubectl, namespace: string, job: string): Promise<void> {
  const pods = await kubectl.list<Pod>("pods", namespace);
  const reason = pods
    .filter(({ metadata }) => metadata.labels?.["job-name"] === job)
    .map(withoutNode)
    .find((found) => found !== undefined);
  if (reason === undefined) return;
  throw new UserError(
    `The job ${job} has no node that reaches what it reads and what it writes: ${reason}\n${resumeOrRevert}`,
  );
}

function ownerReference({ metadata: { name, uid } }: Claim) {
  return { apiVersion: "v1", kind: "PersistentVolumeClaim", name, uid, blockOwnerDeletion: true };
}

const resumeOrRevert =
  "The pods' own claims are as they were. Mend the cause, then again: pulumi up. To go back: pulumi config set content perPod, " +
  "without the keys that are for shared content, then pulumi up";

function condition({ status }: Job, type: string) {
  return status?.conditions?.find((candidate) => candidate.type === type && candidate.status === "True");
}
