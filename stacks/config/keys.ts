import type * as pulumi from "@pulumi/pulumi";
import type { ConfigErrors } from "./errors";
import { imageReference, type Rule } from "./rules";

/** The documentation of a key, for the reference page and the JSON schema. */
interface About {
  readonly description: string;
  /** Values of another key that this one needs, e.g. `{ content: ["shared"] }`. With other values, setting it is an error. */
  readonly appliesTo?: Readonly<Record<string, readonly string[]>>;
}

/** A single value. Unset, it is its default; without a default it is undefined, or an error if it is required. */
export interface ValueKey<T> extends About {
  readonly kind: "value";
  readonly rule: Rule<T>;
  /** Text that is parsed if the key is not set. */
  readonly default?: string;
  readonly required?: true;
  /** The effect of a later change of the key. */
  readonly onChange: string;
  /** Whether the key only has an effect when the site is installed. */
  readonly installOnly?: true;
  /** Whether the stack file must have it encrypted. No message shows its value, which stays a secret Output. */
  readonly secret?: true;
  /** Completes the message about a value that is not allowed. `siblings` are the other texts of the same object. */
  readonly hint?: (text: string, siblings: Texts) => string | undefined;
}

/** An object, a list of objects, or a map from names to objects. */
export interface GroupKey<F extends Fields = Fields> extends About {
  readonly kind: "object" | "list" | "map";
  readonly fields: F;
  /** Of an object: whether an unset object is undefined, instead of an object of all defaults. */
  readonly optional?: true;
  /** Of a map: the rule of its names. */
  readonly names?: Rule<string>;
}

export type Key = ValueKey<unknown> | GroupKey;
export interface Fields {
  readonly [name: string]: Key;
}
export type Texts = Readonly<Record<string, string | undefined>>;

/** The value of a key in the program, and those of several keys. */
export type Value<K> = K extends { secret: true }
  ? pulumi.Output<string> | undefined
  : K extends { rule: Rule<infer T> }
    ? K extends { default: string } | { required: true }
      ? T
      : T | undefined
    : K extends { kind: "list"; fields: infer F }
      ? readonly Values<F>[]
      : K extends { kind: "map"; fields: infer F }
        ? Readonly<Record<string, Values<F>>>
        : K extends { optional: true; fields: infer F }
          ? Values<F> | undefined
          : K extends { fields: infer F }
            ? Values<F>
            : never;
export type Values<F> = { readonly [N in keyof F]: Value<F[N]> };

/** Values of which some may be undefined, because they were refused. */
export type Draft<T> = T extends pulumi.Output<unknown> | string | number | boolean
  ? T | undefined
  : { readonly [N in keyof T]: Draft<T[N]> };

export const key = <T, const A extends Omit<ValueKey<T>, "kind" | "rule">>(rule: Rule<T>, about: A) =>
  ({ kind: "value", rule, ...about }) as const;
/** An image whose default is also its example: one literal, which Renovate updates (renovate.json). */
export const imageKey = (
  image: string,
  about: About & Pick<ValueKey<string>, "onChange">,
  rule: (example: string) => Rule<string> = imageReference,
) => key(rule(image), { ...about, default: image });
const group =
  <const Kind extends GroupKey["kind"]>(kind: Kind) =>
  <const F extends Fields, const A extends Omit<GroupKey, "kind" | "fields">>(fields: F, about: A) =>
    ({ kind, fields, ...about }) as const;
export const object = group("object");
export const list = group("list");
export const map = group("map");

/** A rule over several keys: it reports invalid combinations. A key that is invalid by itself is undefined here. */
export type Check<C> = (
  config: Draft<C>,
  context: { readonly errors: ConfigErrors; readonly isSet: (path: string) => boolean },
) => void;
