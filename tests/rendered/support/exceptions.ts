import type { Exception } from "./kubeScore";

const database = "mariadb-server";
const nfsServer = "nfs-server-deployment";
const jobs = [
  "wordpress-shared-content-fill",
  "wordpress-shared-cron-job",
  "wordpress-shared-extensions",
  "wordpress-shared-installer-install",
  "wordpress-shared-object-cache-begin",
];
/** The pods of a site with content shared, and of one with content perPod. */
const sites = ["wordpress-shared-pods", "wordpress-pods"];

const cache = "wordpress-cache-pods";
const objectCache = "wordpress-shared-object-cache-pods";

/** What kube-score finds critical, or warns of, in the objects of the stacks, and why it stays. */
export const exceptions: readonly Exception[] = [
  {
    check: "container-image-pull-policy",
    objects: [database, nfsServer, cache, objectCache, ...jobs, ...sites],
    reason:
      "A pod that comes back on a node that has its image, whose tag names a version, must not need the registry.",
  },
  {
    check: "container-security-context-user-group-id",
    objects: [database, cache, objectCache, ...jobs, ...sites],
    reason:
      "The images are made for their own users, www-data (33), mysql (999), nginx (101) and valkey (999), and existing volumes are full of their files.",
  },
  {
    check: "container-security-context-user-group-id",
    objects: [nfsServer],
    reason: "An NFS server is root: it writes files for whatever user a client has.",
  },
  {
    check: "container-ephemeral-storage-request-and-limit",
    objects: [database, nfsServer, cache, objectCache, ...jobs, ...sites],
    reason:
      "Who is over this limit is evicted: a site or a job in the middle of a large file, a database in that of a large sort, a cache when most ask for it.",
  },
  {
    check: "deployment-replicas",
    objects: ["wordpress-shared-pods", cache],
    stacks: ["dev", "dev with an object cache"],
    reason: "The stack dev is one pod until somebody asks for more; production has two, openebs three.",
  },
  {
    check: "deployment-replicas",
    objects: [objectCache],
    reason: "Two pods would have two values for one name.",
  },
  {
    check: "deployment-strategy",
    objects: [objectCache],
    reason: "The old pod has to go before a new one has other values for the same names.",
  },
  {
    check: "pod-probes-identical",
    objects: [objectCache],
    reason:
      "A port that takes connections is all that there is to ask for without the password; it costs the pod its traffic after 6 s, a restart after 60 s.",
  },
  {
    check: "deployment-replicas",
    objects: [nfsServer],
    reason: "Its volume is for one node, and two servers on it would not know of each other's locks.",
  },
  {
    check: "deployment-strategy",
    objects: [nfsServer],
    reason: "The old server has to let go of the volume before a new one can have it.",
  },
  {
    check: "deployment-has-host-podantiaffinity",
    objects: ["wordpress-shared-pods", cache],
    reason: "topologySpreadConstraints, which this check does not read, spread the pods over the nodes.",
  },
  {
    check: "pod-probes-identical",
    objects: [database],
    reason:
      "The image's healthcheck.sh is what says whether the server answers; it costs the pod its traffic after 10 s, a restart after 60 s.",
  },
  {
    check: "pod-probes-identical",
    objects: [nfsServer],
    reason:
      "A port that takes connections is all that there is to ask for; it costs the pod its traffic after 15 s, a restart after 60 s.",
  },
  {
    check: "service-type",
    objects: ["wordpress-service"],
    reason:
      "The site is meant to be had from outside of a cluster that has neither an Ingress controller nor a load balancer.",
  },
  {
    check: "statefulset-has-servicename",
    objects: ["wordpress-pods"],
    reason:
      "Nobody asks for one of the pods by its name, and a StatefulSet that exists cannot take another serviceName.",
  },
];
