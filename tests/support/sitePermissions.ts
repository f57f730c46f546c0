/** All permissions that a stack with content perPod and the engine `existing` needs, in the preflight's format. */
export function sitePermissions(namespace: string): string[] {
  const all = "get, list, watch, create, patch, delete";
  const own = [
    `${all} configmaps`,
    `${all} secrets`,
    `${all} services`,
    `${all} serviceaccounts`,
    `${all} networkpolicies.networking.k8s.io`,
    `${all} poddisruptionbudgets.policy`,
    `${all} statefulsets.apps`,
    "get, list, patch, delete persistentvolumeclaims",
    "get, create pods/exec",
    "get pods/log",
    "get, list, watch, delete pods",
    "list, watch events",
  ];
  return [
    `${all} namespaces`,
    "list services",
    "list storageclasses.storage.k8s.io",
    "list nodes",
    "list persistentvolumes",
    ...own.map((permission) => `${permission} in namespace ${namespace}`),
  ];
}

/** A request to the API server. */
export interface ApiRequest {
  readonly verb: string;
  /** With its subresource and group, in the preflight's notation: `pods/exec`, `statefulsets.apps`. */
  readonly resource: string;
  /** Cluster-wide without it. */
  readonly namespace?: string | undefined;
}

/**
 * Whether the granted permissions, in the preflight's notation, allow a request. A permission without a namespace is for all
 * namespaces, like that of a ClusterRole.
 */
export function permits(granted: readonly string[], { verb, resource, namespace }: ApiRequest): boolean {
  return granted
    .map((text) => /^((?:\w+, )*\w+) (\S+)(?: in namespace (\S+))?$/.exec(text) ?? [])
    .some(
      ([, verbs, granted, where]) =>
        verbs?.split(", ").includes(verb) && granted === resource && [undefined, namespace].includes(where),
    );
}
