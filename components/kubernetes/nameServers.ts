import type { Service } from "./objects";

/** The port of a pod, by number or by name. */
export type PodPort = number | string;

/** Where clusters have the Service of their name servers: nobody else may put one there. */
const namespaces = ["kube-system", "openshift-dns"];

/** OpenShift's name servers, whose Service names their port. Not every network finds it by the name. */
const openShift = { label: "dns.operator.openshift.io/owning-dns", port: 5353 } as const;

/**
 * Ports of the pods that the Service of the cluster's name servers leads to, besides 53: a NetworkPolicy is about these, not about the
 * Service's own. OpenShift has 5353, Gardener 8053.
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
