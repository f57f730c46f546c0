import { isDeepStrictEqual } from "node:util";
import { activeCluster } from "./kubeconfig";

/** The arguments of a Kubernetes provider, as plain values. They arrive as strings, whatever their type. */
export type ProviderArguments = Readonly<Record<string, unknown>>;

type Inputs = Readonly<Record<string, unknown>>;

/**
 * Fields whose change makes the official provider replace an object, from pulumi-kubernetes 4.34, provider/pkg/provider/diff.go.
 * Pod and PersistentVolume, whose lists are long and which programs rarely create directly, are left out.
 */
const replacingFields: Readonly<Record<string, readonly string[]>> = {
  "kubernetes:apps/v1:DaemonSet": ["spec.selector"],
  "kubernetes:apps/v1:Deployment": ["spec.selector"],
  "kubernetes:apps/v1:StatefulSet": [
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.selector",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "kubernetes:batch/v1:Job": ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
  "kubernetes:core/v1:PersistentVolumeClaim": [
    "spec.accessModes",
    "spec.selector",
    "spec.storageClassName",
    "spec.volumeName",
  ],
  "kubernetes:core/v1:ResourceQuota": ["spec.scopes"],
  "kubernetes:core/v1:Service": ["spec.clusterIP"],
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": ["roleRef"],
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": ["roleRef"],
  "kubernetes:storage.k8s.io/v1:StorageClass": ["parameters", "provisioner"],
};

/** Paths whose change makes the official provider replace an object of this type. */
export function fieldsThatReplace(type: string, provider: ProviderArguments): string[] {
  const identity = ["metadata.name", "metadata.namespace"];
  if (type === "kubernetes:core/v1:Secret") {
    return [...identity, "type", ...(isSet(provider.enableSecretMutable) ? [] : ["data", "stringData"])];
  }
  if (type === "kubernetes:core/v1:ConfigMap") {
    return [...identity, ...(isSet(provider.enableConfigMapMutable) ? [] : ["data", "binaryData"])];
  }
  return [...identity, ...(replacingFields[type] ?? [])];
}

/**
 * Whether a replaced object must be deleted before its replacement is created, because the program gives both the same name.
 * The provider generates another name for the replacement of an object with a generated name.
 */
export function isDeletedBeforeReplacement(before: Inputs, after: Inputs): boolean {
  const [old, successor] = [metadata(before), metadata(after)];
  const isNamed = successor.name !== undefined && !isAutonamed(after);
  return isNamed && old.name === successor.name && (old.namespace ?? "default") === (successor.namespace ?? "default");
}

/** Whether the provider generated the object's name. */
export function isAutonamed(object: Inputs): boolean {
  return metadata(object).annotations?.["pulumi.com/autonamed"] === "true";
}

/**
 * The changed provider arguments that select another cluster: the official provider then replaces all its objects.
 * A renewed token selects the same cluster. If both configurations have a `clusterIdentifier`, only it decides; adding or removing it
 * replaces nothing.
 * @throws Error if a kubeconfig cannot be read, such as the path of a deleted file
 */
export function argumentsThatReplace(before: ProviderArguments, after: ProviderArguments): string[] {
  const [left, right] = [activeCluster(before), activeCluster(after)];
  const identifiers = [before.clusterIdentifier, after.clusterIdentifier];
  if (identifiers.every((identifier) => identifier !== undefined)) {
    if (isDeepStrictEqual(...(identifiers as [unknown, unknown]))) return [];
    return ["clusterIdentifier"];
  }
  if (left === undefined || right === undefined || isDeepStrictEqual(left, right)) return [];
  return ["kubeconfig", "context", "cluster"].filter((name) => !isDeepStrictEqual(before[name], after[name]));
}

/** Whether an argument of the provider is enabled. */
export function isSet(argument: unknown): boolean {
  return argument === true || argument === "true";
}

interface Metadata {
  readonly name?: unknown;
  readonly namespace?: unknown;
  readonly annotations?: Inputs;
}

function metadata({ metadata = {} }: Inputs): Metadata {
  return metadata as Metadata;
}
