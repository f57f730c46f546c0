import { randomBytes } from "node:crypto";
import { isProperties, open, plain, type PlainObject, type Properties, Unknown } from "../support/propertyValues";
import { refuse } from "../support/providerService";
import type { KubernetesObject } from "./objects";
import { isAutonamed } from "./rules";

/** The identifying inputs of an object. */
interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Annotation on an object whose name the provider generated. */
const autonamed = "pulumi.com/autonamed";

/** Whether a resource only changes fields of an existing object: `NodePatch`, `NamespacePatch`. */
export function isPatch(type: string, kind: string): boolean {
  return type.endsWith(`:${kind}Patch`);
}

/**
 * Group, version and kind of an object, from the inputs or from the resource's type, `kubernetes:apps/v1:StatefulSet`.
 * @throws Error for resources that are no API objects, such as a chart
 */
export function identityOf(type: string, inputs: Properties): Identity {
  const { apiVersion, kind } = plain(inputs);
  const [, version = "", name = ""] = type.split(":");
  if (version === "helm.sh/v3" || name.endsWith("List")) refuse(type);
  return {
    apiVersion: typeof apiVersion === "string" ? apiVersion : version.replace(/^core\//, ""),
    kind: typeof kind === "string" ? kind : name.replace(/Patch$/, ""),
  };
}

/** Converts the inputs to an API object. */
export function objectOf(inputs: Properties): KubernetesObject {
  return withoutNulls(plain(inputs)) as KubernetesObject;
}

/**
 * The inputs with a name: the program's, the previously generated one, or the resource's name followed by eight
 * hexadecimal digits.
 */
export function named(news: Properties, olds: Properties | undefined, resource: string, seed: Uint8Array): Properties {
  const metadata = isProperties(news.metadata) ? news.metadata : {};
  if (open(metadata.name) !== undefined && open(metadata.name) !== null && open(metadata.name) !== "") return news;
  const before = olds === undefined ? undefined : plain(olds);
  const old = before && isAutonamed(before) ? (before.metadata as PlainObject).name : undefined;
  const annotations = { ...(isProperties(metadata.annotations) ? metadata.annotations : {}), [autonamed]: "true" };
  return { ...news, metadata: { ...metadata, name: old ?? autoname(resource, seed), annotations } };
}

/** Generates an object name: the resource's name followed by eight hexadecimal digits. */
export function autoname(resource: string, seed: Uint8Array): string {
  const digits = Buffer.from(seed.length >= 4 ? seed : randomBytes(4)).toString("hex");
  return `${resource}-${digits.slice(0, 8)}`;
}

/** The inputs with a namespace, for a namespaced object. */
export function inNamespace(inputs: Properties, namespace: string): Properties {
  const metadata = isProperties(inputs.metadata) ? inputs.metadata : {};
  const given = open(metadata.namespace);
  if (given instanceof Unknown || (typeof given === "string" && given !== "")) return inputs;
  return { ...inputs, metadata: { ...metadata, namespace } };
}

function withoutNulls(value: PlainObject): PlainObject {
  const cleaned = (inner: PlainObject[string]): PlainObject[string] => {
    if (Array.isArray(inner)) return inner.map((element) => cleaned(element) ?? null);
    return typeof inner === "object" && inner !== null ? withoutNulls(inner) : inner;
  };
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) =>
      inner === null || inner === undefined ? [] : [[name, cleaned(inner)]],
    ),
  );
}
