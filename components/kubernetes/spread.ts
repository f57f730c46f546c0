/**
 * Spreads pods over nodes where there is room; a cluster that has lost nodes still gets all its pods.
 * @param selector labels of all these pods
 */
export function spread(selector: Readonly<Record<string, string>>) {
  return {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: selector },
      },
    ],
  };
}
