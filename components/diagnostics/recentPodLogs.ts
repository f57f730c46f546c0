import { notReady } from "./workload";
import type { Kubectl } from "../kubectl/client";
import type { Pod } from "../kubernetes/objects";

/** Lines of a container's log that are read, counted from its end. */
const lines = 60;

/** How many pods are asked: those of a workload fail alike, and each container asked is a process. */
const askedPods = 5;

/**
 * What the containers of the pods that are not ready printed last, each after the one that it replaced: a container that
 * was started again a moment ago has not failed yet, and only its predecessor's log says why. A log that cannot be had is
 * left out. No script and no server of theirs prints a secret.
 */
export async function recentPodLogs(
  kubectl: Pick<Kubectl, "run">,
  namespace: string,
  pods: readonly Pod[],
): Promise<string> {
  const logs = notReady(pods)
    .slice(0, askedPods)
    .flatMap(({ metadata, status }) =>
      [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].flatMap((container) => {
        const log = ["logs", "--namespace", namespace, metadata.name, "--container", container.name, `--tail=${lines}`];
        return container.restartCount > 0 ? [[...log, "--previous"], log] : [log];
      }),
    );
  return (await Promise.all(logs.map((log) => kubectl.run(log).catch(() => "")))).join("\n");
}
