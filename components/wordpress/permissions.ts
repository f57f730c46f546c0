import { everyVerb, type Permission } from "../kubernetes/permissions";

/** Permissions that only a site with shared content needs. */
export const sharedContentPermissions: readonly Permission[] = [
  { resource: "deployments", group: "apps" },
  { resource: "jobs", group: "batch" },
  { resource: "cronjobs", group: "batch" },
  { resource: "persistentvolumeclaims" },
].flatMap((kind) => everyVerb.map((verb) => ({ ...kind, verb, inNamespace: true })));
