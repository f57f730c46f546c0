import * as pulumi from "@pulumi/pulumi";
import { distance } from "fastest-levenshtein";
import { configRemove, configSet, InvalidValue, parsed, validate } from "./config/rules";
import type { Key } from "./keys";

/** Takes what is wrong with the configuration, a finding a call. */
export type Report = (problem: string) => void;

/** The values of known keys, by their rules; a key without a default may be undefined. */
export type Values<K extends Record<string, Key<unknown>>> = {
  [N in keyof K]: K[N] extends { rule: { parse: (text: string) => infer V }; default: string }
    ? Exclude<V, undefined>
    : ReturnType<K[N]["rule"]["parse"]>;
};

/** Reads known keys; what is wrong is reported, and undefined in what is returned. @param prefix e.g. `storage.` */
export function readKeys<K extends Record<string, Key<unknown>>>(
  known: K,
  prefix: string,
  values: Readonly<Record<string, string | undefined>>,
  report: Report,
): Values<K> {
  const read = ([name, key]: [string, Key<unknown>]) => {
    const text = values[name] ?? key.default;
    return [name, text === undefined ? undefined : readValue(`${prefix}${name}`, text, key, report)];
  };
  return Object.fromEntries(Object.entries(known).map(read)) as Values<K>;
}

function readValue(name: string, text: string, { rule }: Key<unknown>, report: Report): unknown {
  try {
    return validate(name, text, rule);
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    report(error.message);
    return undefined;
  }
}

/**
 * Reads an object, each value as a text: a text as it is, anything else as JSON. Keys that it does not know are reported.
 * @param name its key, e.g. `storage`
 * @param isKnown which keys it has, where there are more than can be listed
 * @param example a key inside it and a value, for the message
 */
export function readObject(
  name: string,
  text: string | undefined,
  {
    known,
    isKnown = (key) => known.includes(key),
    example,
  }: {
    readonly known: readonly string[];
    readonly isKnown?: (key: string) => boolean;
    readonly example: readonly [string, string];
  },
  report: Report,
): Record<string, string | undefined> {
  if (text === undefined) return texts({});
  const value = parsed(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    report(
      notAllowed(name, value, `an object with the keys ${known.join(", ")}`, [`${name}.${example[0]}`, example[1]]),
    );
    return texts({});
  }
  Object.keys(value)
    .filter((key) => !isKnown(key))
    .forEach((key) =>
      report(
        unknownKey(
          `${name}.${key}`,
          known.map((other) => `${name}.${other}`),
        ),
      ),
    );
  return texts(value);
}

/** The values of an object, each as a text. It has no other keys: a node may be named `constructor`. */
function texts(value: object): Record<string, string> {
  const entries = Object.entries(value).map(
    ([key, inner]) => [key, typeof inner === "string" ? inner : JSON.stringify(inner)] as const,
  );
  return Object.assign(Object.create(null) as object, Object.fromEntries(entries));
}

/** Reads a list, each entry still to be read. @param entry what one is, e.g. `{ node, disk }` @param example a key and a value */
export function readList(
  name: string,
  text: string | undefined,
  { entry, example }: { readonly entry: string; readonly example: readonly [string, string] },
  report: Report,
): readonly unknown[] | undefined {
  const value = text === undefined ? [] : parsed(text);
  if (Array.isArray(value)) return value as readonly unknown[];
  report(notAllowed(name, value, `a list of ${entry}`, example));
  return undefined;
}

/** Reports the keys of an object that have no default and are not set. @param because why they have to be, after "not set" */
export function reportMissing(
  name: string,
  needed: Readonly<Record<string, Key<unknown>>>,
  object: Readonly<Record<string, string | undefined>>,
  report: Report,
  because = "",
): void {
  for (const [key, { rule }] of Object.entries(needed)) {
    if (object[key] !== undefined) continue;
    report(
      `${name}.${key}: not set${because}; expected ${rule.allowed}; example: ${configSet(`${name}.${key}`, rule.example)}`,
    );
  }
}

/** That a value is not allowed, with another key's setting as the example. */
function notAllowed(name: string, value: unknown, allowed: string, example: readonly [string, string]): string {
  const { message } = new InvalidValue(name, value, { allowed, example: "" });
  return `${message.slice(0, message.lastIndexOf("; example:"))}; example: ${configSet(...example)}`;
}

/** That there is no such key, with the nearest one that there is. */
export function unknownKey(name: string, known: readonly string[]): string {
  const nearest = [...known].sort((one, other) => distance(one, name) - distance(other, name))[0];
  return `${name}: is no key of this program; did you mean ${nearest}? Remove it: ${configRemove(name)}`;
}

/** Whether a key of this project is a secret in the stack file. The SDK knows, and does not say so in its types. */
export function isSecret(key: string): boolean {
  const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret: (key: string) => boolean };
  return isConfigSecret(`${pulumi.getProject()}:${key}`);
}
