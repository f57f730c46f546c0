import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../kubectl/clusterAccess";
import { isServing } from "../kubernetes/conditions";
import { Kubectl } from "../kubectl/client";
import type { Pod } from "../kubernetes/objects";
import { messageOf } from "../diagnostics/errorHook";
import { siteFolder } from "./siteFiles";

/** Whole seconds: timeout of the request in a pod, pause before the next attempt, and timeout of the whole report. */
const seconds = { request: 20, pause: 1, report: 60 };

/**
 * Warns if WordPress ends with a fatal error, and names the plugin or theme. The rollout cannot tell, because the pods are ready without
 * WordPress. It never throws: neither a fatal error nor a cluster that does not answer is a reason to fail an `up`.
 */
export async function warnOfFatalError(cluster: ClusterAccess, namespace: string): Promise<void> {
  let line: string | undefined;
  try {
    line = await fatalError(new Kubectl(cluster), namespace);
  } catch (error) {
    await pulumi.log.info(`Could not check whether WordPress ends with a fatal error: ${messageOf(error)}`);
  }
  if (line === undefined) return;
  const kubectl = `kubectl --context ${cluster.context} --namespace ${namespace}`;
  await pulumi.log.warn(
    [
      `WordPress ends with a fatal error; visitors get its error page. The cause: ${line}`,
      "Fix: install a version that works, or rename its folder in wp-content. WordPress then runs without it.",
      `Inspect: ${kubectl} logs --selector app=wordpress --container wordpress --prefix`,
    ].join("\n"),
  );
}

/**
 * Returns the plugin or theme that causes a fatal error, in one line; undefined without such an error. If a pod is deleted during the
 * check, another pod is checked.
 * @throws Error with the last reason if no pod answered before the timeout
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
        return (await checkOnePod(kubectl, namespace)).trim() || undefined;
      } catch (error) {
        reason = messageOf(error);
      }
      await sleep(seconds.pause * 1000);
    }
    throw new Error(reason);
  };
  const late = once(timeUp, "abort").then(() => {
    throw new Error(reason);
  });
  return Promise.race([answer(), late]);
}

/** Returns the output of fatal.php in a ready pod that is not terminating. @throws Error without such a pod, or if the command fails */
async function checkOnePod(kubectl: Pick<Kubectl, "list" | "run">, namespace: string): Promise<string> {
  const pods = await kubectl.list<Pod>("pods", namespace);
  const pod = pods.find((candidate) => candidate.metadata.labels?.app === "wordpress" && isServing(candidate));
  if (!pod) throw new Error("no pod of the site is ready");
  const inPod = ["exec", "--namespace", namespace, pod.metadata.name, "--container=wordpress", "--"];
  return kubectl.run([...inPod, "timeout", String(seconds.request), "php", `${siteFolder}/fatal.php`]);
}
