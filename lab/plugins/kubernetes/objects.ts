import type { PlainObject, PlainValue } from "../support/propertyValues";

/** The fields of every API object. */
export interface KubernetesObject extends PlainObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMetadata;
}

export interface ObjectMetadata extends PlainObject {
  name: string;
  namespace?: string;
  annotations?: PlainObject;
}

/** The value at a path of plain names; undefined if there is none. */
function at(value: PlainValue | undefined, ...path: string[]): PlainValue | undefined {
  return path.reduce<PlainValue | undefined>((inner, name) => (isObject(inner) ? inner[name] : undefined), value);
}

/** The integer at a path; 0 if there is none, because Kubernetes omits zeros. */
export function numberAt(value: PlainValue | undefined, ...path: string[]): number {
  const found = at(value, ...path);
  return typeof found === "number" ? found : 0;
}

/** The string at a path; empty if there is none. */
export function textAt(value: PlainValue | undefined, ...path: string[]): string {
  const found = at(value, ...path);
  return typeof found === "string" ? found : "";
}

/** The objects in the list at a path. */
export function objectsAt(value: PlainValue | undefined, ...path: string[]): PlainObject[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter(isObject) : [];
}

/** The strings in the list at a path. */
export function textsAt(value: PlainValue | undefined, ...path: string[]): string[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter((entry) => typeof entry === "string") : [];
}

/** The entry of `status.conditions` of this type. */
export function condition(object: PlainValue | undefined, type: string): PlainObject | undefined {
  return objectsAt(object, "status", "conditions").find((entry) => entry.type === type);
}

export function isObject(value: PlainValue | undefined): value is PlainObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether an annotation is `true`. */
export function isAnnotated(object: PlainObject, annotation: string): boolean {
  return textAt(object, "metadata", "annotations", annotation).toLowerCase() === "true";
}

/** The ID that a resource has in the state: `namespace/name`, or `name` for a cluster-scoped object. */
export function identifier(object: PlainObject): string {
  return [textAt(object, "metadata", "namespace"), textAt(object, "metadata", "name")].filter(Boolean).join("/");
}

/** Namespace and name of an ID. */
export function parseIdentifier(id: string): { readonly namespace?: string; readonly name: string } {
  const [first = "", second] = id.split("/");
  return second === undefined ? { name: first } : { namespace: first, name: second };
}
