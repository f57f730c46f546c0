import { type Container, containersOf, podSpec, type SecurityContext } from "../pods";
import { fieldsOf } from "../resource";
import type { Rule } from "../rule";

/**
 * Mandatory: a namespace that enforces the same refuses the pods and not what makes them, which is then waited for until it times out.
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export const restricted: Rule = {
  name: "restricted",
  description:
    "Pods run as somebody else than root, without rights of their own, and under the runtime's seccomp profile.",
  enforcementLevel: "mandatory",
  lists: {
    exemptNamespaces: {
      meaning: "Namespaces whose pods serve volumes, and need more.",
      items: ["openebs", "openebs-nfs"],
    },
  },
  findings: (resource, { exemptNamespaces = [] }) => {
    const pod = podSpec(resource)?.securityContext ?? {};
    const findings = containersOf(resource).flatMap((container) => finding(container, pod));
    // The namespace is read last: at preview it may not be known.
    if (findings.length === 0 || exemptNamespaces.includes(namespaceOf(resource.inputs))) return [];
    return findings;
  },
};

function namespaceOf(inputs: Readonly<Record<string, unknown>>): string {
  const { namespace = "default" } = fieldsOf(inputs, "metadata") as { readonly namespace?: string };
  return namespace;
}

function finding({ name, securityContext: own = {} }: Container, pod: SecurityContext): string[] {
  const { runAsNonRoot, runAsUser, seccompProfile } = { ...pod, ...own };
  const { add = [], drop = [] } = own.capabilities ?? {};
  const problems = [
    (runAsNonRoot !== true || runAsUser === 0) && "may be root: set runAsNonRoot to true, and runAsUser not to 0",
    own.allowPrivilegeEscalation !== false && "may get more rights: set allowPrivilegeEscalation to false",
    (!drop.includes("ALL") || add.length > 0) && 'has capabilities: set capabilities to { drop: ["ALL"] }',
    seccompProfile?.type !== "RuntimeDefault" && "is not confined: set seccompProfile.type to RuntimeDefault",
  ];
  return problems
    .filter((problem) => problem !== false)
    .map((problem) => `container ${name} ${problem} in its securityContext`);
}
