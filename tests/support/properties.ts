import { isRpcSecret, specialSecretSig, specialSigKey, unwrapRpcSecret } from "@pulumi/pulumi/runtime/rpc";

/** Inputs or outputs of a resource in the wire format: secrets are wrapped. */
export type Properties = Readonly<Record<string, unknown>>;

/** Whether the value is marked as secret on the wire. */
export function isSecret(value: unknown): boolean {
  return isRpcSecret(value);
}

/** Wraps a value as secret, as a provider sends it. */
export function asSecret(value: unknown): Properties {
  return { [specialSigKey]: specialSecretSig, value };
}

/** The value without secret wrappers, at any depth. */
export function unwrapped(value: unknown): unknown {
  if (isSecret(value)) return unwrapped(unwrapRpcSecret(value));
  if (Array.isArray(value)) return value.map(unwrapped);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unwrapped(inner)]));
}

/** The properties without secret wrappers. */
export function unwrappedRecord(properties: Properties): Properties {
  const plain = unwrapped(properties);
  return isRecord(plain) ? plain : {};
}

/**
 * The value at a path such as `spec.template.spec.containers[0].image`, secret or not.
 * @returns undefined if there is none
 */
export function property(value: unknown, path: string): unknown {
  return pathSteps(path).reduce<unknown>(
    (inner, step) => (isRecord(inner) || Array.isArray(inner) ? (inner as Properties)[step] : undefined),
    unwrapped(value),
  );
}

/** The steps of a property path: `triggers[0]["a.b"].c` has `triggers`, `0`, `a.b` and `c`. */
export function pathSteps(path: string): string[] {
  return [...path.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? "",
  );
}

export function isRecord(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
