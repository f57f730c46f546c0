import { containersOf, podAnnotations, podSpec } from "../pods";
import { containerControls, podControls } from "../podSecurityStandards";
import { fieldsOf } from "../resource";
import type { Rule } from "../rule";

/**
 * Mandatory: a namespace that enforces the same level refuses the pods, but not their workload, which then waits until its timeout.
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export const restricted: Rule = {
  name: "restricted",
  description:
    "Pods comply with the level restricted of the Pod Security Standards, which includes the level baseline.",
  enforcementLevel: "mandatory",
  lists: {
    exemptNamespaces: {
      description: "Namespaces whose pods serve volumes, and need more permissions.",
      items: ["openebs", "openebs-nfs"],
    },
  },
  findings: (resource, { exemptNamespaces = [] }) => {
    const pod = podSpec(resource);
    if (!pod) return [];
    const findings = [
      ...podControls(pod, podAnnotations(resource)).map((problem) => `the pod ${problem}`),
      ...containersOf(resource).flatMap((container) =>
        containerControls(container, pod.securityContext).map((problem) => `container ${container.name} ${problem}`),
      ),
    ];
    // Read the namespace last: it may be unknown at preview.
    if (findings.length === 0 || exemptNamespaces.includes(namespaceOf(resource.inputs))) return [];
    return findings;
  },
};

function namespaceOf(inputs: Readonly<Record<string, unknown>>): string {
  const { namespace = "default" } = fieldsOf(inputs, "metadata") as { readonly namespace?: string };
  return namespace;
}
