/** The parts of Kubernetes objects that this project reads back from kubectl. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  /** Set on an object that is terminating. */
  readonly deletionTimestamp?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface Namespace {
  readonly metadata: ObjectMeta;
  readonly status?: { readonly phase?: string };
}

export interface Service {
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly ports?: readonly {
      readonly port?: number;
      readonly nodePort?: number;
      /** Port of the pods, by number or by name. @default the Service's port */
      readonly targetPort?: number | string;
    }[];
  };
}

export interface StorageClass {
  readonly metadata: ObjectMeta;
  readonly provisioner: string;
  readonly allowVolumeExpansion?: boolean;
  readonly volumeBindingMode?: string;
}

export interface Claim {
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly storageClassName?: string;
    readonly accessModes?: readonly string[];
    readonly volumeName?: string;
    readonly resources: { readonly requests: { readonly storage: string } };
  };
  readonly status?: {
    readonly phase?: string;
    readonly capacity?: { readonly storage?: string };
    readonly conditions?: readonly Condition[];
  };
}

export interface Volume {
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly storageClassName?: string;
    readonly csi?: { readonly driver: string };
    readonly claimRef?: { readonly namespace?: string; readonly name?: string };
    readonly persistentVolumeReclaimPolicy?: string;
    readonly nodeAffinity?: {
      readonly required?: {
        readonly nodeSelectorTerms: readonly {
          readonly matchExpressions?: readonly {
            readonly key: string;
            readonly operator: string;
            readonly values?: readonly string[];
          }[];
        }[];
      };
    };
  };
  readonly status?: { readonly phase?: string; readonly message?: string };
}

export interface Node {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly podCIDRs?: readonly string[];
    readonly taints?: readonly Taint[];
    /** Whether the node is cordoned. */
    readonly unschedulable?: boolean;
  };
  readonly status: {
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly conditions?: readonly Condition[];
    /** Quantities, e.g. of `cpu`. */
    readonly capacity?: Readonly<Record<string, string>>;
    /** Quantities, e.g. of `hugepages-2Mi`. */
    readonly allocatable?: Readonly<Record<string, string>>;
    readonly nodeInfo?: { readonly architecture: string; readonly kernelVersion: string };
  };
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  /** NoSchedule, PreferNoSchedule or NoExecute. */
  readonly effect: string;
}

/** CSI drivers of a node, under the node's name. */
export interface CsiNode {
  readonly metadata: ObjectMeta;
  readonly spec: { readonly drivers: readonly { readonly name: string }[] | null };
}

/** A disk of a node that OpenEBS manages. */
export interface DiskPool {
  readonly metadata: ObjectMeta;
  readonly spec: { readonly node: string; readonly disks: readonly string[] };
  readonly status?: {
    /** Creating, Created or Terminating. */
    readonly cr_state?: string;
    /** Unknown, Online, Degraded, Faulted, … */
    readonly pool_status?: string;
    /** Bytes that volumes use. */
    readonly used?: number;
  };
}

/** An object of which only its metadata is read. */
export interface AnyObject {
  readonly metadata: ObjectMeta;
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  /** When its status last changed. */
  readonly lastTransitionTime?: string;
}

export interface ContainerStatus {
  readonly name: string;
  readonly image: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: object;
  readonly terminated?: { readonly reason?: string; readonly exitCode: number };
}

export interface Pod {
  readonly metadata: ObjectMeta;
  /** Its node is undefined until the scheduler has chosen one. */
  readonly spec?: { readonly nodeName?: string };
  readonly status: {
    readonly phase?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

export interface Event {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly involvedObject: { readonly kind?: string; readonly name?: string };
}
