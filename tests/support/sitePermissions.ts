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

/** What the API server is asked for. */
export interface ApiRequest {
  readonly verb: string;
  /** With its subresource and group, as the preflight writes it: `pods/exec`, `statefulsets.apps`. */
  readonly resource: string;
  /** Of the whole cluster without it. */
  readonly namespace?: string | undefined;
}

/**
 * Whether a user may do it who is granted permissions, written as the preflight writes those that are missing. One without a
 * namespace is for all of them, as a ClusterRole's is.
 */
export function permits(granted: readonly string[], { verb, resource, namespace }: ApiRequest): boolean {
  return granted
    .map((text) => /^((?:\w+, )*\w+) (\S+)(?: in namespace (\S+))?$/.exec(text) ?? [])
    .some(
      ([, verbs, granted, where]) =>
        verbs?.split(", ").includes(verb) && granted === resource && [undefined, namespace].includes(where),
    );
}
