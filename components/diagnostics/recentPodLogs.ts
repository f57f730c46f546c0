import { notReady } from "./workload";
import type { Kubectl } from "../kubectl/client";
import type { Pod } from "../kubernetes/objects";

/** Lines that are read from the end of each container's log. */
const lines = 60;

/** Most pods whose logs are read. Pods of a workload fail alike, and each container's log takes a kubectl process. */
const maxPods = 5;

/**
 * Reads the recent logs of the pods that are not ready. The log of a restarted container comes after that of its previous
 * instance: a container that has just been restarted has not failed yet, and only the previous log tells the reason. Logs
 * that are not available are left out. No script and no server in these pods logs a secret.
 */
export async function recentPodLogs(
  kubectl: Pick<Kubectl, "run">,
  namespace: string,
  pods: readonly Pod[],
): Promise<string> {
  const logs = notReady(pods)
    .slice(0, maxPods)
    .flatMap(({ metadata, status }) =>
      [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].flatMap((container) => {
        const log = ["logs", "--namespace", namespace, metadata.name, "--container", container.name, `--tail=${lines}`];
        return container.restartCount > 0 ? [[...log, "--previous"], log] : [log];
      }),
    );
  return (await Promise.all(logs.map((log) => kubectl.run(log).catch(() => "")))).join("\n");
}
