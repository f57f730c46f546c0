import type { PlainObject } from "../support/propertyValues";
import { type Api, ApiError, isNotFound, Unreachable } from "./api";
import { objectsAt, textAt } from "./objects";

/** Where the API has the objects of a kind. */
export interface Kind {
  /** Plural name in paths: `statefulsets`. */
  readonly resource: string;
  readonly namespaced: boolean;
}

/** Kinds that are in no namespace and that the API server need not be asked about: what a preview has to know without it. */
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

/** What the API server knows, each version of each group asked for once. */
export class Kinds {
  private readonly known = new Map<string, Promise<readonly PlainObject[]>>();

  constructor(private readonly api: Api) {}

  /** @returns undefined when the API server knows no such kind, e.g. as long as its definition is not installed */
  async find(apiVersion: string, kind: string): Promise<Kind | undefined> {
    const resources = await this.resources(apiVersion);
    const found = resources.find((entry) => entry.kind === kind && !textAt(entry, "name").includes("/"));
    // A definition that is not there yet may come in the course of this deployment.
    if (!found) this.known.delete(apiVersion);
    return found && { resource: textAt(found, "name"), namespaced: found.namespaced === true };
  }

  /** Whether objects of a kind are in namespaces. One that the server does not know, or cannot be asked about, probably is. */
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
