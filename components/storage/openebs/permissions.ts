import { everyVerb, type Permission } from "../../kubernetes/permissions";

/** Additional permissions of a stack that installs OpenEBS, as far as they are known before Helm has read the chart. */
export const openEbsPermissions: readonly Permission[] = [
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
