import { commandRequest, Refused, runCommand } from "../cluster/commandProcess";
import type { Node } from "../cluster/objects";
import { untilNoneLeft } from "../cluster/waiting";
import { hasHugePages } from "./nodeFindings";

/** Whole seconds that the kubelets may take to count the huge pages after their restart. */
const patienceSeconds = 180;

runCommand(async (kubectl) => {
  const { nodes } = commandRequest<{ readonly nodes: readonly string[] }>();
  const waiting = async () =>
    (await kubectl.list<Node>("nodes"))
      .filter(({ metadata }) => nodes.includes(metadata.name))
      .filter(({ status }) => !hasHugePages(status.allocatable))
      .map(({ metadata }) => metadata.name);
  await untilNoneLeft(
    patienceSeconds,
    waiting,
    (names) =>
      new Refused(
        `After ${patienceSeconds} s the cluster has seen no 2Gi of huge pages on ${names.join(", ")}, although they were ` +
          `set. Restart the kubelet there, then again: pulumi up`,
      ),
  );
});
