import type { PlainObject } from "../support/propertyValues";
import type { KubeConfig } from "@kubernetes/client-node";
import { Api } from "./api";
import { Kinds, versionPath } from "./kinds";
import { type KubernetesObject, objectsAt } from "./objects";

/** The API server does not know this kind: its definition is not installed. */
export class UnknownKind extends Error {
  constructor({ apiVersion, kind }: Pick<KubernetesObject, "apiVersion" | "kind">) {
    super(`no matches for kind "${kind}" in version "${apiVersion}"`);
  }
}

/** The identity of an object. */
export interface ObjectAddress {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** Options of Server-Side Apply. */
export interface ApplyOptions {
  readonly fieldManager: string;
  /** Whether to take over fields of other managers. */
  readonly force: boolean;
  /** Whether the server only validates the request and persists nothing. */
  readonly dryRun: boolean;
}

/** The objects of one cluster. */
export class Cluster {
  readonly kinds: Kinds;
  private readonly api: Api;

  constructor(readonly config: KubeConfig) {
    this.api = new Api(config);
    this.kinds = new Kinds(this.api);
  }

  /** Creates an object. @throws ApiError `AlreadyExists`, UnknownKind */
  async create(object: KubernetesObject, fieldManager: string, dryRun: boolean): Promise<KubernetesObject> {
    const path = await this.collection(addressOf(object));
    const query = { fieldManager, dryRun: dryRun ? "All" : undefined };
    return (await this.api.send({ method: "POST", path, query, body: object })) as KubernetesObject;
  }

  /** Updates the manager's fields of an object. @throws ApiError `Conflict`, UnknownKind */
  async apply(object: KubernetesObject, { fieldManager, force, dryRun }: ApplyOptions): Promise<KubernetesObject> {
    const query = { fieldManager, force: String(force), dryRun: dryRun ? "All" : undefined };
    return this.patch(addressOf(object), object, "application/apply-patch+yaml", query);
  }

  /** Changes an object by a JSON patch. */
  async change(address: ObjectAddress, operations: readonly object[]): Promise<KubernetesObject> {
    return this.patch(address, operations, "application/json-patch+json", {});
  }

  /** @throws ApiError `NotFound`, UnknownKind */
  async read(address: ObjectAddress): Promise<KubernetesObject> {
    return (await this.api.send({ method: "GET", path: await this.item(address) })) as KubernetesObject;
  }

  /** The objects of a kind in a namespace. */
  async list(apiVersion: string, kind: string, namespace: string): Promise<PlainObject[]> {
    const path = await this.collection({ apiVersion, kind, namespace });
    return objectsAt(await this.api.send({ method: "GET", path }), "items");
  }

  /** Requests an object's deletion, which may take time. @throws ApiError `NotFound`, UnknownKind */
  async delete(address: ObjectAddress, propagationPolicy: string): Promise<void> {
    const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy };
    await this.api.send({ method: "DELETE", path: await this.item(address), body });
  }

  private async patch(
    address: ObjectAddress,
    body: object,
    contentType: string,
    query: Record<string, string | undefined>,
  ) {
    const request = { method: "PATCH", path: await this.item(address), query, body, contentType } as const;
    return (await this.api.send(request)) as KubernetesObject;
  }

  private async item(address: ObjectAddress): Promise<string> {
    return `${await this.collection(address)}/${encodeURIComponent(address.name)}`;
  }

  private async collection(address: Omit<ObjectAddress, "name">): Promise<string> {
    const { apiVersion, kind, namespace } = address;
    const found = await this.kinds.find(apiVersion, kind);
    if (!found) throw new UnknownKind({ apiVersion, kind });
    const place = found.namespaced ? `/namespaces/${encodeURIComponent(namespace ?? "default")}` : "";
    return `${versionPath(apiVersion)}${place}/${found.resource}`;
  }
}

export function addressOf({ apiVersion, kind, metadata }: KubernetesObject): ObjectAddress {
  return {
    apiVersion,
    kind,
    name: metadata.name,
    ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
  };
}
