import type { Service } from "./objects";

/** Port of a pod, by number or by name. */
export type PodPort = number | string;

/** Namespaces of the name servers' Service. Workloads may not create Services in these. */
const namespaces = ["kube-system", "openshift-dns"];

/** OpenShift's Service refers to its pods' port by name, and not every network plugin resolves such names. */
const openShift = { label: "dns.operator.openshift.io/owning-dns", port: 5353 } as const;

/**
 * Ports of the name servers' pods besides 53. A NetworkPolicy applies to these, and not to the Service's ports. OpenShift uses
 * 5353, Gardener 8053.
 */
export function nameServerPorts(services: readonly Service[]): PodPort[] {
  const found = services
    .filter(({ metadata: { namespace = "", labels = {} } }) => {
      const isMarked = labels["k8s-app"] === "kube-dns" || labels[openShift.label] !== undefined;
      return isMarked && namespaces.includes(namespace);
    })
    .flatMap(({ metadata, spec }) => [
      ...(spec.ports ?? []).filter(({ port }) => port === 53).map(({ targetPort }) => targetPort ?? 53),
      ...(metadata.labels?.[openShift.label] === undefined ? [] : [openShift.port]),
    ]);
  return [...new Set<PodPort>(found)].filter((port) => port !== 53).sort();
}
