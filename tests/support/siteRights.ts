/** Every right that a stack with content perPod and a class of the cluster's needs, as the preflight names those that are missing. */
export function siteRights(namespace: string): string[] {
  const all = "get, list, watch, create, patch, delete";
  const own = [
    `${all} configmaps`,
    `${all} secrets`,
    `${all} services`,
    `${all} serviceaccounts`,
    `${all} networkpolicies.networking.k8s.io`,
    `${all} poddisruptionbudgets.policy`,
    `${all} statefulsets.apps`,
    "list, patch, delete persistentvolumeclaims",
    "get, create pods/exec",
    "list, watch, delete pods",
    "list, watch events",
  ];
  return [
    `${all} namespaces`,
    "list services",
    "list storageclasses.storage.k8s.io",
    "list nodes",
    "list persistentvolumes",
    ...own.map((right) => `${right} in namespace ${namespace}`),
  ];
}
