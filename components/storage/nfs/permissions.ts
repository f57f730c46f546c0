import { everyVerb, type Permission } from "../../kubernetes/permissions";

/** What a stack that brings volumes by NFS does besides. */
export const nfsPermissions: readonly Permission[] = [
  { resource: "networkpolicies", group: "networking.k8s.io" },
  ...["configmaps", "services", "persistentvolumeclaims", "serviceaccounts"].map((resource) => ({ resource })),
].flatMap((kind) => everyVerb.map((verb) => ({ ...kind, verb })));
