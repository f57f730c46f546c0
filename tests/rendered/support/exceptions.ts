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

/** kube-score's critical findings and warnings in the objects of the stacks, and why they are accepted. */
export const exceptions: readonly Exception[] = [
  {
    check: "container-image-pull-policy",
    objects: [database, nfsServer, cache, objectCache, ...jobs, ...sites],
    reason: "A restarted pod must not need the registry if its node has the image, whose tag names a version.",
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
    reason: "An NFS server runs as root, because it writes files for the user of each client.",
  },
  {
    check: "container-ephemeral-storage-request-and-limit",
    objects: [database, nfsServer, cache, objectCache, ...jobs, ...sites],
    reason:
      "A pod over this limit is evicted: a site or a job that writes a large file, a database that sorts much data, a cache under peak load.",
  },
  {
    check: "deployment-replicas",
    objects: ["wordpress-shared-pods", cache],
    stacks: ["dev", "dev with an object cache"],
    reason: "The stack dev is one pod by default; production has two, openebs three.",
  },
  {
    check: "deployment-replicas",
    objects: [objectCache],
    reason: "Two pods would have two values for one name.",
  },
  {
    check: "deployment-strategy",
    objects: [objectCache],
    reason: "The old pod must end before a new one has other values for the same names.",
  },
  {
    check: "pod-probes-identical",
    objects: [objectCache],
    reason:
      "Without the password, a probe can only check that the port accepts connections. A failure removes the pod from its Service after 6 s, and restarts it after 60 s.",
  },
  {
    check: "deployment-replicas",
    objects: [nfsServer],
    reason: "Its volume is for one node, and two servers on it would not share their locks.",
  },
  {
    check: "deployment-strategy",
    objects: [nfsServer],
    reason: "The old server must release the volume before a new one can mount it.",
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
      "Only the image's healthcheck.sh checks whether the server answers. A failure removes the pod from its Service after 10 s, and restarts it after 60 s.",
  },
  {
    check: "pod-probes-identical",
    objects: [nfsServer],
    reason:
      "A probe can only check that the port accepts connections. A failure removes the pod from its Service after 15 s, and restarts it after 60 s.",
  },
  {
    check: "service-type",
    objects: ["wordpress-service"],
    reason: "The site must be reachable from outside a cluster with neither an Ingress controller nor a load balancer.",
  },
  {
    check: "statefulset-has-servicename",
    objects: ["wordpress-pods"],
    reason:
      "No client connects to one of the pods by its name, and the serviceName of an existing StatefulSet cannot change.",
  },
];
