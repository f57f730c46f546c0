import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../kubectl/clusterAccess";
import { isServing } from "../kubernetes/conditions";
import { Kubectl } from "../kubectl/client";
import type { Pod } from "../kubernetes/objects";
import { messageOf } from "../diagnostics/errorHook";
import { siteFolder } from "./siteFiles";

/** Whole seconds that the page may take in the pod, that passes before another pod is asked, and that all of it may take. */
const seconds = { page: 20, rest: 1, report: 60 };

/**
 * Warns where WordPress ends with a fatal error: its pods are ready without it, so the rollout does not tell. The warning names the
 * plugin or theme. It never fails: a site that is broken on purpose, or a cluster that does not answer, is no reason to stop an `up`.
 */
export async function warnOfFatalError(cluster: ClusterAccess, namespace: string): Promise<void> {
  let line: string | undefined;
  try {
    line = await fatalError(new Kubectl(cluster), namespace);
  } catch (error) {
    await pulumi.log.info(`Whether WordPress ends with a fatal error is not known: ${messageOf(error)}`);
  }
  if (line === undefined) return;
  const kubectl = `kubectl --context ${cluster.context} --namespace ${namespace}`;
  await pulumi.log.warn(
    [
      `WordPress ends with a fatal error; visitors get its error page. The cause: ${line}`,
      "What to do: install a version that works, or rename its folder in wp-content; WordPress then runs without it.",
      `Look: ${kubectl} logs --selector app=wordpress --container wordpress --prefix`,
    ].join("\n"),
  );
}

/**
 * The plugin or theme that ends WordPress, in one line; undefined where none does. A pod may be deleted while it is asked: another
 * one is asked then.
 * @throws Error with the reason where no pod answered in time
 */
export async function fatalError(
  kubectl: Pick<Kubectl, "list" | "run">,
  namespace: string,
  timeoutSeconds = seconds.report,
): Promise<string | undefined> {
  let reason = "no pod answered in time";
  const timeUp = AbortSignal.timeout(timeoutSeconds * 1000);
  const answer = async () => {
    while (!timeUp.aborted) {
      try {
        return (await askOnePod(kubectl, namespace)).trim() || undefined;
      } catch (error) {
        reason = messageOf(error);
      }
      await sleep(seconds.rest * 1000);
    }
    throw new Error(reason);
  };
  const late = once(timeUp, "abort").then(() => {
    throw new Error(reason);
  });
  return Promise.race([answer(), late]);
}

/** What fatal.php prints in a pod that serves and is to stay. @throws Error where there is none, or the command fails */
async function askOnePod(kubectl: Pick<Kubectl, "list" | "run">, namespace: string): Promise<string> {
  const pods = await kubectl.list<Pod>("pods", namespace);
  const pod = pods.find((candidate) => candidate.metadata.labels?.app === "wordpress" && isServing(candidate));
  if (!pod) throw new Error("no pod of the site is ready");
  const inPod = ["exec", "--namespace", namespace, pod.metadata.name, "--container=wordpress", "--"];
  return kubectl.run([...inPod, "timeout", String(seconds.page), "php", `${siteFolder}/fatal.php`]);
}
