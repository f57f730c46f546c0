import type * as pulumi from "@pulumi/pulumi";
import { hostpathClassName } from "./openEbsNames";

/** Which chart, and where from. */
export interface ChartSettings {
  /** Version of the chart `openebs`, 4.3.0 to 4.4.x. */
  readonly version: string;
  /** Address of the chart repository. */
  readonly repository: string;
  /** Registry of all of the chart's images, `host[:port][/path]`. @default each image's own */
  readonly imageRegistry: string | undefined;
}

/** What Loki's MinIO opens to. The chart has published ones. */
export interface LoggingCredentials {
  readonly rootPassword: pulumi.Input<string>;
  readonly userPassword: pulumi.Input<string>;
}

export interface OpenEbsValuesArgs {
  readonly engine: "hostpath" | "replicated";
  readonly imageRegistry: string | undefined;
  /** Whether the chart brings the CRDs of snapshots: not where the cluster has them from somebody else. */
  readonly snapshotCrds: pulumi.Input<boolean>;
  /** Members of the replicated engine's etcd, and of Loki and its MinIO: 1 or 3, each on a node of its own. */
  readonly members: 1 | 3;
  /** Loki's credentials; without them there is no Loki. */
  readonly logging?: LoggingCredentials | undefined;
}

/**
 * Values of the chart: the engine that is meant, and nothing that nobody asked for. The paths are those of the chart 4.4.0.
 */
export function openEbsValues(args: OpenEbsValuesArgs) {
  const replicated = args.engine === "replicated";
  const logging = replicated && args.logging !== undefined;
  return {
    engines: {
      local: { lvm: { enabled: false }, zfs: { enabled: false }, rawfile: { enabled: false } },
      replicated: { mayastor: { enabled: replicated } },
    },
    "openebs-crds": { csi: { volumeSnapshots: { enabled: replicated ? args.snapshotCrds : false } } },
    "localpv-provisioner": {
      hostpathClass: { enabled: true },
      analytics: { enabled: false },
      ...(args.imageRegistry === undefined ? {} : { global: { imageRegistry: args.imageRegistry } }),
    },
    ...(replicated ? { mayastor: mayastorValues(args) } : {}),
    loki: logging && args.logging ? lokiValues(args.logging, args) : { enabled: false },
    alloy: { enabled: logging, ...(logging ? imageRegistryOf(args.imageRegistry) : {}) },
    ...(args.imageRegistry === undefined ? {} : { preUpgradeHook: { image: { registry: args.imageRegistry } } }),
  };
}

function mayastorValues({ imageRegistry, members }: OpenEbsValuesArgs) {
  const image = imageRegistry === undefined ? {} : { image: { registry: imageRegistry } };
  return {
    ...image,
    csi: image,
    etcd: {
      ...image,
      // Runs before etcd and gives its volume to it.
      ...(imageRegistry === undefined ? {} : { volumePermissions: image }),
      replicaCount: members,
      localpvScConfig: { enabled: true, name: "mayastor-etcd-localpv" },
    },
    ...(imageRegistry === undefined ? {} : { nats: { nats: image, reloader: image, exporter: image } }),
    storageClass: { enabled: true },
    obs: { callhome: { enabled: false } },
  };
}

/** Names of the classes that Loki and its MinIO have their volumes of. */
const loggingClasses = { loki: "mayastor-loki-localpv", minio: "openebs-minio-localpv" } as const;

function lokiValues(
  { rootPassword, userPassword }: LoggingCredentials,
  { imageRegistry, members }: Pick<OpenEbsValuesArgs, "imageRegistry" | "members">,
) {
  // The chart names images at quay.io, which has them no more.
  const image = (name: string) => ({ repository: `${imageRegistry ?? "docker.io"}/openebs/${name}` });
  return {
    enabled: true,
    localpvScConfig: { loki: { name: loggingClasses.loki }, minio: { name: loggingClasses.minio } },
    loki: { commonConfig: { replication_factor: members } },
    singleBinary: { replicas: members, persistence: { storageClass: loggingClasses.loki } },
    minio: {
      mode: members === 1 ? "standalone" : "distributed",
      replicas: members,
      persistence: { storageClass: loggingClasses.minio },
      image: image("minio"),
      mcImage: image("mc"),
      rootPassword,
      users: [{ accessKey: "logs-user", secretKey: userPassword, policy: "readwrite" }],
    },
    ...imageRegistryOf(imageRegistry),
  };
}

/** As the charts of Grafana have it. */
function imageRegistryOf(imageRegistry: string | undefined) {
  return imageRegistry === undefined ? {} : { global: { image: { registry: imageRegistry } } };
}

/** Storage classes that come with the chart, in order of name. */
export function chartClasses(engine: "hostpath" | "replicated", logging: boolean): string[] {
  if (engine === "hostpath") return [hostpathClassName];
  return [
    "mayastor-etcd-localpv",
    ...(logging ? [loggingClasses.loki] : []),
    hostpathClassName,
    ...(logging ? [loggingClasses.minio] : []),
    "openebs-single-replica",
  ];
}
