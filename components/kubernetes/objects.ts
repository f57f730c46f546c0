import type { input } from "@pulumi/kubernetes/types";

/** A Kubernetes object as kubectl prints it: the input type of Pulumi, without promises and outputs. */
type Printed<T> = T extends Promise<unknown> | { readonly apply: unknown }
  ? never
  : T extends readonly (infer Item)[]
    ? readonly Printed<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Printed<T[Key]> }
      : T;

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  /** Set on an object that is terminating. */
  readonly deletionTimestamp?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** An object of which only the metadata is read. */
export interface AnyObject {
  readonly metadata: ObjectMeta;
}

export interface Namespace extends AnyObject {
  readonly status?: Printed<input.core.v1.NamespaceStatus>;
}

export interface Service extends AnyObject {
  readonly spec: { readonly ports?: readonly Partial<Printed<input.core.v1.ServicePort>>[] };
}

export interface StorageClass extends AnyObject, Omit<Printed<input.storage.v1.StorageClass>, "metadata"> {}

export interface Claim extends AnyObject {
  readonly spec: Omit<Printed<input.core.v1.PersistentVolumeClaimSpec>, "resources"> & {
    readonly resources: { readonly requests: { readonly storage: string } };
  };
  readonly status?: Printed<input.core.v1.PersistentVolumeClaimStatus>;
}

export interface Volume extends AnyObject {
  readonly spec: Omit<Printed<input.core.v1.PersistentVolumeSpec>, "csi"> & {
    readonly csi?: Pick<Printed<input.core.v1.CSIPersistentVolumeSource>, "driver">;
  };
  readonly status?: Printed<input.core.v1.PersistentVolumeStatus>;
}

/** A Deployment or a StatefulSet. */
export interface PodController extends AnyObject {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
    };
  };
}

export interface Node extends AnyObject {
  readonly spec?: Printed<input.core.v1.NodeSpec>;
  readonly status: Omit<Printed<input.core.v1.NodeStatus>, "nodeInfo"> & {
    readonly nodeInfo?: Pick<Printed<input.core.v1.NodeSystemInfo>, "architecture" | "kernelVersion">;
  };
}

export type Taint = Printed<input.core.v1.Taint>;

/** CSI drivers of a node, under the node's name. */
export interface CsiNode extends AnyObject {
  readonly spec: { readonly drivers: readonly { readonly name: string }[] | null };
}

/** A disk of a node that OpenEBS manages. */
export interface DiskPool extends AnyObject {
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

export type Condition = Printed<input.core.v1.PodCondition>;

export type ContainerStatus = Omit<Printed<input.core.v1.ContainerStatus>, "imageID">;

export interface Pod extends AnyObject {
  /** Its node is undefined until the scheduler has chosen one. */
  readonly spec?: Pick<Printed<input.core.v1.PodSpec>, "nodeName">;
  readonly status: Omit<Printed<input.core.v1.PodStatus>, "containerStatuses" | "initContainerStatuses"> & {
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

/** The API server prints null for a timestamp that is not set. */
export interface Event extends Pick<Printed<input.core.v1.Event>, "type" | "reason" | "message" | "involvedObject"> {
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
}
