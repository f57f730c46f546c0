import { everyVerb, type Permission } from "../../kubernetes/permissions";

/** Additional permissions of a stack that installs the NFS server. */
export const nfsPermissions: readonly Permission[] = [
  { resource: "networkpolicies", group: "networking.k8s.io" },
  ...["configmaps", "services", "persistentvolumeclaims", "serviceaccounts"].map((resource) => ({ resource })),
].flatMap((kind) => everyVerb.map((verb) => ({ ...kind, verb })));
