import type { PlainObject } from "../support/propertyValues";
import { type Api, ApiError, isNotFound, Unreachable } from "./api";
import { objectsAt, textAt } from "./objects";

/** The location of a kind's objects in the API. */
export interface Kind {
  /** Plural name in paths: `statefulsets`. */
  readonly resource: string;
  readonly namespaced: boolean;
}

/** Cluster-scoped kinds that a preview must know without an API server. */
const clusterKinds = new Set([
  "Namespace",
  "Node",
  "PersistentVolume",
  "StorageClass",
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "PriorityClass",
  "CSIDriver",
  "VolumeSnapshotClass",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
]);

/** The kinds that the API server knows. Each group version is requested once. */
export class Kinds {
  private readonly known = new Map<string, Promise<readonly PlainObject[]>>();

  constructor(private readonly api: Api) {}

  /** @returns undefined if the API server does not know the kind, e.g. because its definition is not installed yet */
  async find(apiVersion: string, kind: string): Promise<Kind | undefined> {
    const resources = await this.resources(apiVersion);
    const found = resources.find((entry) => entry.kind === kind && !textAt(entry, "name").includes("/"));
    // This deployment may install a missing definition later.
    if (!found) this.known.delete(apiVersion);
    return found && { resource: textAt(found, "name"), namespaced: found.namespaced === true };
  }

  /** Whether a kind is namespaced. If the server does not know it or cannot be reached, it probably is. */
  async isNamespaced(apiVersion: string, kind: string): Promise<boolean> {
    try {
      return (await this.find(apiVersion, kind))?.namespaced ?? !clusterKinds.has(kind);
    } catch (error) {
      if (error instanceof Unreachable || error instanceof ApiError) return !clusterKinds.has(kind);
      throw error;
    }
  }

  private resources(apiVersion: string): Promise<readonly PlainObject[]> {
    const before = this.known.get(apiVersion);
    if (before) return before;
    const list = this.list(apiVersion);
    this.known.set(apiVersion, list);
    list.catch(() => this.known.delete(apiVersion));
    return list;
  }

  private async list(apiVersion: string): Promise<readonly PlainObject[]> {
    try {
      return objectsAt(await this.api.send({ method: "GET", path: versionPath(apiVersion) }), "resources");
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  }
}

/** Path of a version of the API: `/api/v1`, `/apis/apps/v1`. */
export function versionPath(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
