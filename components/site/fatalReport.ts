import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/clusterAccess";
import { isReady } from "../cluster/conditions";
import { Kubectl } from "../cluster/kubectl";
import type { Pod } from "../cluster/objects";
import { siteFolder } from "./siteFiles";

/** Whole seconds that the page may take in the pod, and that all of it may take. */
const timeout = { page: 20, report: 40 };

/**
 * Warns where WordPress ends with a fatal error: its pods are ready without it, so the rollout does not tell. The warning names the
 * plugin or theme. It never fails: a site that is broken on purpose, or a cluster that does not answer, is no reason to stop an `up`.
 */
export async function warnOfFatalError(cluster: ClusterAccess, namespace: string): Promise<void> {
  const line = await fatalError(new Kubectl(cluster), namespace);
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

/** The plugin or theme that ends WordPress, in one line; undefined where none does, or where no pod could be asked. */
export async function fatalError(
  kubectl: Pick<Kubectl, "list" | "run">,
  namespace: string,
  timeoutSeconds = timeout.report,
): Promise<string | undefined> {
  const ask = async () => {
    const pods = await kubectl.list<Pod>("pods", namespace);
    const pod = pods.find((candidate) => candidate.metadata.labels?.app === "wordpress" && isReady(candidate));
    if (!pod) return "";
    const inPod = ["exec", "--namespace", namespace, pod.metadata.name, "--container=wordpress", "--"];
    return kubectl.run([...inPod, "timeout", String(timeout.page), "php", `${siteFolder}/fatal.php`]);
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => (timer = setTimeout(resolve, timeoutSeconds * 1000, "")));
  const said = await Promise.race([ask().catch(() => ""), late]).finally(() => clearTimeout(timer));
  return said.trim() || undefined;
}
