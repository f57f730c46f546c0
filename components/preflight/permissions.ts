import type { Kubectl } from "../kubectl/client";
import { everyVerb, type Permission } from "../kubernetes/permissions";
import { nfsPermissions } from "../storage/nfs/permissions";
import { openEbsPermissions } from "../storage/openebs/permissions";
import { sharedContentPermissions } from "../wordpress/permissions";
import type { PreflightRequest } from "./checks";

/** Permissions that every stack needs. It makes no other requests to the API server. */
const sitePermissions: readonly Permission[] = [
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
  // kubectl gets an object before it patches it, and a pod before it runs a command in it or reads its log.
  ...["get", "list", "patch", "delete"].map((verb) => ({
    verb,
    resource: "persistentvolumeclaims",
    inNamespace: true,
  })),
  // `kubectl exec` needs one of these on older clusters, the other or both on newer ones.
  ...["get", "create"].map((verb) => ({ verb, resource: "pods", subresource: "exec", inNamespace: true })),
  { verb: "get", resource: "pods", subresource: "log", inNamespace: true },
  { verb: "get", resource: "pods", inNamespace: true },
  ...["list", "watch"].flatMap((verb) => ["pods", "events"].map((resource) => ({ verb, resource, inNamespace: true }))),
  { verb: "delete", resource: "pods", inNamespace: true },
];

/** The ReadWriteMany probe reads on which nodes the class's driver runs. */
const probePermissions: readonly Permission[] = [{ verb: "list", resource: "csinodes", group: "storage.k8s.io" }];

/** Missing permissions of the context's user, one text for each resource: `create, patch statefulsets.apps in namespace wordpress`. */
export async function missingPermissions(
  kubectl: Kubectl,
  { namespace, openEbs, nfs, content }: Pick<PreflightRequest, "namespace" | "openEbs" | "nfs" | "content">,
): Promise<string[]> {
  const neededPermissions = [
    ...sitePermissions,
    ...(content.content === "shared" ? sharedContentPermissions : []),
    ...(content.content === "shared" && content.accessMode === "ReadWriteMany" && !content.classIsManaged
      ? probePermissions
      : []),
    ...(openEbs ? openEbsPermissions : []),
    ...(nfs ? nfsPermissions : []),
  ];
  const reviews = neededPermissions.map(({ verb, resource, subresource = "", group = "", inNamespace }) => ({
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes: { verb, resource, subresource, group, ...(inNamespace ? { namespace } : {}) } },
  }));
  const answers = await kubectl.run(
    ["create", "--filename=-", '--output=jsonpath={.status.allowed}{"\\n"}'],
    JSON.stringify({ apiVersion: "v1", kind: "List", items: reviews }),
  );
  const allowed = answers.trim().split("\n");
  const missing = neededPermissions.filter((_, index) => allowed[index] !== "true");
  const resources = [...new Set(missing.map((permission) => describe(permission, namespace)))];
  return resources.map((resource) => {
    const verbs = missing.filter((permission) => describe(permission, namespace) === resource).map(({ verb }) => verb);
    return `${[...new Set(verbs)].join(", ")} ${resource}`;
  });
}

function describe({ resource, subresource, group, inNamespace }: Permission, namespace: string): string {
  return `${resource}${subresource ? `/${subresource}` : ""}${group ? `.${group}` : ""}${inNamespace ? ` in namespace ${namespace}` : ""}`;
}
