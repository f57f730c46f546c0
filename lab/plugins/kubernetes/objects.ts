import type { PlainObject, PlainValue } from "../support/propertyValues";

/** What every object of the API has. */
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

/** What stands at a path of plain names; undefined where nothing does. */
function at(value: PlainValue | undefined, ...path: string[]): PlainValue | undefined {
  return path.reduce<PlainValue | undefined>((inner, name) => (isObject(inner) ? inner[name] : undefined), value);
}

/** The whole number at a path, 0 where there is none: Kubernetes leaves zeros out. */
export function numberAt(value: PlainValue | undefined, ...path: string[]): number {
  const found = at(value, ...path);
  return typeof found === "number" ? found : 0;
}

/** The text at a path, empty where there is none. */
export function textAt(value: PlainValue | undefined, ...path: string[]): string {
  const found = at(value, ...path);
  return typeof found === "string" ? found : "";
}

/** The objects in the list at a path. */
export function objectsAt(value: PlainValue | undefined, ...path: string[]): PlainObject[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter(isObject) : [];
}

/** The texts in the list at a path. */
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

/** Whether an annotation of the program's says `true`. */
export function isAnnotated(object: PlainObject, annotation: string): boolean {
  return textAt(object, "metadata", "annotations", annotation).toLowerCase() === "true";
}

/** The ID that a resource has in the state: `namespace/name`, or `name` for what is in no namespace. */
export function identifier(object: PlainObject): string {
  return [textAt(object, "metadata", "namespace"), textAt(object, "metadata", "name")].filter(Boolean).join("/");
}

/** Namespace and name of an ID. */
export function parseIdentifier(id: string): { readonly namespace?: string; readonly name: string } {
  const [first = "", second] = id.split("/");
  return second === undefined ? { name: first } : { namespace: first, name: second };
}
