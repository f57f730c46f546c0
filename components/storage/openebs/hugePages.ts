import { UserError } from "../../kubectl/scriptRuntime";
import type { Kubectl } from "../../kubectl/client";
import type { Node } from "../../kubernetes/objects";
import { pollUntilEmpty } from "../../kubectl/polling";
import { hasHugePages } from "./nodeChecks";

/** Whole seconds that the kubelets may take to count the huge pages after their restart. */
const timeoutSeconds = 180;

/** What kubectl says while the API server restarts, which k3s and MicroK8s do with the kubelet. */
const connectionErrors =
  /connection refused|was refused|connection reset|connection lost|EOF|TLS handshake timeout|apiserver not ready|ServiceUnavailable|currently unable/i;

/**
 * Waits until the cluster has seen enough huge pages on each of the nodes. An API server that cannot be reached for a while is waited
 * for, too. @throws UserError naming the nodes without them, or KubectlError
 */
export async function untilHugePages(
  kubectl: Pick<Kubectl, "list">,
  nodes: readonly string[],
  seconds = timeoutSeconds,
): Promise<void> {
  let lost: unknown;
  const waiting = async () => {
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
  await pollUntilEmpty(seconds, waiting, (names) =>
    lost instanceof Error
      ? lost
      : new UserError(
          `After ${seconds} s the cluster has seen no 2Gi of huge pages on ${names.join(", ")}, although they were set. ` +
            "Restart the kubelet there, then again: pulumi up",
        ),
  );
}
