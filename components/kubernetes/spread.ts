/**
 * Spreads pods over nodes if possible. After a loss of nodes all pods are still scheduled.
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
