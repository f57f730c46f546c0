import { containersOf, podAnnotations, podSpec } from "../pods";
import { containerControls, podControls } from "../podSecurityStandards";
import { fieldsOf } from "../resource";
import type { Rule } from "../rule";

/**
 * Mandatory: a namespace that enforces the same refuses the pods and not what makes them, which is then waited for until it times out.
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export const restricted: Rule = {
  name: "restricted",
  description: "Pods keep to the level restricted of the Pod Security Standards, which includes the level baseline.",
  enforcementLevel: "mandatory",
  lists: {
    exemptNamespaces: {
      description: "Namespaces whose pods serve volumes, and need more.",
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
    // The namespace is read last: at preview it may not be known.
    if (findings.length === 0 || exemptNamespaces.includes(namespaceOf(resource.inputs))) return [];
    return findings;
  },
};

function namespaceOf(inputs: Readonly<Record<string, unknown>>): string {
  const { namespace = "default" } = fieldsOf(inputs, "metadata") as { readonly namespace?: string };
  return namespace;
}
