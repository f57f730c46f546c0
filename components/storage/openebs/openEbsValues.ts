import type * as pulumi from "@pulumi/pulumi";
import type { StorageConfig } from "./keys";
import { hostpathClassName } from "./openEbsNames";

/** Passwords of Loki's MinIO. Those of the chart are public. */
export interface LoggingCredentials {
  readonly rootPassword: pulumi.Input<string>;
  readonly userPassword: pulumi.Input<string>;
}

export interface OpenEbsValuesArgs {
  readonly engine: StorageConfig["engine"];
  readonly imageRegistry: string | undefined;
  /** Whether the chart installs the CRDs of snapshots: not if the cluster has them from elsewhere. */
  readonly snapshotCrds: pulumi.Input<boolean>;
  /** Members of the replicated engine's etcd, and of Loki and its MinIO: 1 or 3, each on a separate node. */
  readonly members: 1 | 3;
  /** Loki's credentials. @default Loki is not installed */
  readonly logging?: LoggingCredentials | undefined;
}

/** Values of the chart 4.4.0: only the configured engine, without optional components. */
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
      // An init container of etcd that sets the owner of its volume.
      ...(imageRegistry === undefined ? {} : { volumePermissions: image }),
      replicaCount: members,
      localpvScConfig: { enabled: true, name: "mayastor-etcd-localpv" },
    },
    ...(imageRegistry === undefined ? {} : { nats: { nats: image, reloader: image, exporter: image } }),
    storageClass: { enabled: true },
    obs: { callhome: { enabled: false } },
  };
}

/** Storage classes of the volumes of Loki and its MinIO. */
const loggingClasses = { loki: "mayastor-loki-localpv", minio: "openebs-minio-localpv" } as const;

function lokiValues(
  { rootPassword, userPassword }: LoggingCredentials,
  { imageRegistry, members }: Pick<OpenEbsValuesArgs, "imageRegistry" | "members">,
) {
  // The chart refers to images at quay.io, which no longer has them.
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

/** The registry in the format of Grafana's charts. */
function imageRegistryOf(imageRegistry: string | undefined) {
  return imageRegistry === undefined ? {} : { global: { image: { registry: imageRegistry } } };
}

/** Storage classes that the chart installs, sorted by name. */
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
