import { UserError } from "../../kubectl/scriptRuntime";
import type { Kubectl } from "../../kubectl/client";
import type { Node } from "../../kubernetes/objects";
import { pollUntilEmpty } from "../../kubectl/polling";
import { hasHugePages } from "./nodeChecks";

/** Timeout for the restarted kubelets to report the huge pages, in whole seconds. */
const timeoutSeconds = 180;

/** kubectl's errors while the API server restarts, which on k3s and MicroK8s happens with the kubelet. */
const connectionErrors =
  /connection refused|was refused|connection reset|connection lost|EOF|TLS handshake timeout|apiserver not ready|ServiceUnavailable|currently unable/i;

/**
 * Waits until the cluster reports enough huge pages on each of the nodes. It retries while the API server is unreachable.
 * @throws UserError naming the nodes without huge pages, or KubectlError
 */
export async function awaitHugePages(
  kubectl: Pick<Kubectl, "list">,
  nodes: readonly string[],
  seconds = timeoutSeconds,
): Promise<void> {
  let lost: unknown;
  const readUnready = async () => {
    try {
      const found = await kubectl.list<Node>("nodes");
      lost = undefined;
      return nodes.filter(
        (name) => !found.some((node) => node.metadata.name === name && hasHugePages(node.status.allocatable)),
      );
    } catch (error) {
      if (!connectionErrors.test(String(error))) throw error;
      lost = error;
      return nodes;
    }
  };
  await pollUntilEmpty(seconds, readUnready, (names) =>
    lost instanceof Error
      ? lost
      : new UserError(
          `After ${seconds} s the cluster does not report 2Gi of huge pages on ${names.join(", ")}, although they are set. ` +
            "Restart the kubelet on these nodes, then run again: pulumi up",
        ),
  );
}
