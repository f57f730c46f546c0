import type { Kubectl } from "./kubectl";
import type { PreflightRequest } from "./preflightChecks";

interface Right {
  readonly verb: string;
  readonly resource: string;
  readonly group?: string;
  readonly subresource?: string;
  /** Only in the stack's own namespace; without it, in the whole cluster. */
  readonly inNamespace?: boolean;
}

/** Whoever may not watch what the provider makes waits for it in vain: it follows each object until it is there, or gone. */
const everyVerb = ["get", "list", "watch", "create", "patch", "delete"];

/** What every stack does with the cluster's API: nothing beyond this is asked for. */
const siteRights: readonly Right[] = [
  ...everyVerb.map((verb) => ({ verb, resource: "namespaces" })),
  ...["services", "storageclasses", "nodes", "persistentvolumes"].map((resource) => ({
    verb: "list",
    resource,
    ...(resource === "storageclasses" ? { group: "storage.k8s.io" } : {}),
  })),
  ...everyVerb.flatMap((verb) =>
    [
      ...["configmaps", "secrets", "services", "serviceaccounts"].map((resource) => ({ resource })),
      { resource: "networkpolicies", group: "networking.k8s.io" },
      { resource: "poddisruptionbudgets", group: "policy" },
    ].map((kind) => ({ ...kind, verb, inNamespace: true })),
  ),
  ...everyVerb.map((verb) => ({ verb, resource: "statefulsets", group: "apps", inNamespace: true })),
  // kubectl gets an object before it patches it, and a pod before it runs something in it or reads its log.
  ...["get", "list", "patch", "delete"].map((verb) => ({
    verb,
    resource: "persistentvolumeclaims",
    inNamespace: true,
  })),
  // What exec asks for: older clusters the one, newer ones the other, or both.
  ...["get", "create"].map((verb) => ({ verb, resource: "pods", subresource: "exec", inNamespace: true })),
  { verb: "get", resource: "pods", subresource: "log", inNamespace: true },
  { verb: "get", resource: "pods", inNamespace: true },
  ...["list", "watch"].flatMap((verb) => ["pods", "events"].map((resource) => ({ verb, resource, inNamespace: true }))),
  { verb: "delete", resource: "pods", inNamespace: true },
];

/** What a site with shared content does besides. */
const sharedContentRights: readonly Right[] = [
  { resource: "deployments", group: "apps" },
  { resource: "jobs", group: "batch" },
  { resource: "cronjobs", group: "batch" },
  { resource: "persistentvolumeclaims" },
].flatMap((kind) => everyVerb.map((verb) => ({ ...kind, verb, inNamespace: true })));

/** What the probe of a class for ReadWriteMany reads: on which nodes the class's driver is. */
const probeRights: readonly Right[] = [{ verb: "list", resource: "csinodes", group: "storage.k8s.io" }];

/** What a stack that installs OpenEBS does besides, as far as it can be told before Helm has read the chart. */
const openEbsRights: readonly Right[] = [
  { verb: "patch", resource: "nodes" },
  ...everyVerb.flatMap((verb) => [
    { verb, resource: "customresourcedefinitions", group: "apiextensions.k8s.io" },
    ...["clusterroles", "clusterrolebindings"].map((resource) => ({
      verb,
      resource,
      group: "rbac.authorization.k8s.io",
    })),
    ...["storageclasses", "csidrivers"].map((resource) => ({ verb, resource, group: "storage.k8s.io" })),
    { verb, resource: "diskpools", group: "openebs.io" },
    ...["deployments", "daemonsets"].map((resource) => ({ verb, resource, group: "apps" })),
  ]),
  { verb: "list", resource: "controllerrevisions", group: "apps" },
  { verb: "delete", resource: "persistentvolumes" },
  { verb: "delete", resource: "persistentvolumeclaims" },
];

/** What a stack that brings volumes by NFS does besides. */
const nfsRights: readonly Right[] = [
  { resource: "networkpolicies", group: "networking.k8s.io" },
  ...["configmaps", "services", "persistentvolumeclaims", "serviceaccounts"].map((resource) => ({ resource })),
].flatMap((kind) => everyVerb.map((verb) => ({ ...kind, verb })));

/** The rights that the context's user lacks, one text a resource: `create, patch statefulsets.apps in namespace wordpress`. */
export async function missingRights(
  kubectl: Kubectl,
  { namespace, openEbs, nfs, content }: Pick<PreflightRequest, "namespace" | "openEbs" | "nfs" | "content">,
): Promise<string[]> {
  const neededRights = [
    ...siteRights,
    ...(content.content === "shared" ? sharedContentRights : []),
    ...(content.content === "shared" && content.accessMode === "ReadWriteMany" && !content.classComesAlong
      ? probeRights
      : []),
    ...(openEbs ? openEbsRights : []),
    ...(nfs ? nfsRights : []),
  ];
  const reviews = neededRights.map(({ verb, resource, subresource = "", group = "", inNamespace }) => ({
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes: { verb, resource, subresource, group, ...(inNamespace ? { namespace } : {}) } },
  }));
  const answers = await kubectl.run(
    ["create", "--filename=-", '--output=jsonpath={.status.allowed}{"\\n"}'],
    JSON.stringify({ apiVersion: "v1", kind: "List", items: reviews }),
  );
  const allowed = answers.trim().split("\n");
  const missing = neededRights.filter((_, index) => allowed[index] !== "true");
  const resources = [...new Set(missing.map((right) => spoken(right, namespace)))];
  return resources.map((resource) => {
    const verbs = missing.filter((right) => spoken(right, namespace) === resource).map(({ verb }) => verb);
    return `${[...new Set(verbs)].join(", ")} ${resource}`;
  });
}

function spoken({ resource, subresource, group, inNamespace }: Right, namespace: string): string {
  return `${resource}${subresource ? `/${subresource}` : ""}${group ? `.${group}` : ""}${inNamespace ? ` in namespace ${namespace}` : ""}`;
}
