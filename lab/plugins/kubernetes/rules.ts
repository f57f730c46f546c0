import { isDeepStrictEqual } from "node:util";
import { activeCluster } from "./kubeconfig";

/** The arguments of a Kubernetes provider, as plain values. They arrive as texts, whatever their type. */
export type ProviderArguments = Readonly<Record<string, unknown>>;

type Inputs = Readonly<Record<string, unknown>>;

/**
 * Fields that the official provider replaces an object for, as read in pulumi-kubernetes 4.34, provider/pkg/provider/diff.go.
 * Kinds whose list is long and that nobody makes by themselves (Pod, PersistentVolume) are left out.
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
 * Whether a replaced object has to go before its successor comes, since both have one name, and one that the program chose:
 * a name that the provider made up is made up anew.
 */
export function goesBeforeItsSuccessor(before: Inputs, after: Inputs): boolean {
  const [old, successor] = [metadata(before), metadata(after)];
  const isNamed = successor.name !== undefined && !isAutonamed(after);
  return isNamed && old.name === successor.name && (old.namespace ?? "default") === (successor.namespace ?? "default");
}

/** Whether the provider made the object's name up. */
export function isAutonamed(object: Inputs): boolean {
  return metadata(object).annotations?.["pulumi.com/autonamed"] === "true";
}

/**
 * The arguments of the provider itself that lead to another cluster: the official provider then replaces everything that it made.
 * A renewed token leads to the same cluster. With a `clusterIdentifier` before and after, it alone decides; adding it or
 * removing it replaces nothing.
 * @throws Error where a kubeconfig cannot be read, such as the path of a file that is gone
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

/** Whether an argument of the provider is on. */
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
