import * as pulumi from "@pulumi/pulumi";
import { configSet, entryPath } from "./commands";
import { ConfigErrors, notAllowed, unknownKey } from "./errors";
import type { Draft, Fields, GroupKey, Key, Texts, ValueKey, Values } from "./keys";
import { parsed, type Rule } from "./rules";

/** How a message describes an allowed object: `example` is the path of an object with `fields`; its first field is set. */
interface Shown {
  readonly allowed: string;
  readonly example: string;
  readonly fields: Fields;
}

/** Parses texts by their keys. Every invalid value becomes an error, and is undefined in the result. */
export class Reader {
  /** Paths of all keys that are set, e.g. `storage.pools[0].node`. */
  readonly set = new Set<string>();

  /** @param isSecret tells whether the stack file has a key encrypted */
  constructor(
    private readonly isSecret: (path: string) => boolean,
    private readonly errors = new ConfigErrors(),
  ) {}

  /** @param texts the values as texts, by key name @param within path of the object that has these keys */
  read<F extends Fields>(fields: F, texts: Texts, within = ""): Draft<Values<F>> {
    const read = ([name, key]: [string, Key]) => {
      const path = within === "" ? name : `${within}.${name}`;
      const text = texts[name];
      if (text !== undefined) this.set.add(path);
      return [name, key.kind === "value" ? this.value(key, path, text, texts) : this.group(key, path, text)];
    };
    return Object.fromEntries(Object.entries(fields).map(read)) as Draft<Values<F>>;
  }

  private value(key: ValueKey<unknown>, path: string, given: string | undefined, siblings: Texts): unknown {
    const { rule, required, secret, hint } = key;
    const text = given ?? key.default;
    if (text === undefined) {
      const example = configSet(path, rule.example);
      if (required) this.errors.report(path, `${path}: not set; expected ${rule.allowed}; example: ${example}`);
      return undefined;
    }
    if (secret) return this.secret(path, text, rule);
    const value = rule.parse(text);
    const more = value === undefined ? hint?.(text, siblings) : undefined;
    if (value === undefined) this.errors.report(path, notAllowed(path, text, rule) + (more ? `; ${more}` : ""));
    return value;
  }

  private secret(path: string, text: string, { allowed, example, parse }: Rule<unknown>): pulumi.Output<string> {
    const set = `pulumi config set --secret ${path}${example}`;
    const error = !this.isSecret(path)
      ? `is in plain text in the stack file; choose another one and set it as a secret: ${set}`
      : parse(text) === undefined && `is not allowed; expected ${allowed}; example: ${set}`;
    if (error) this.errors.report(path, `${path}: ${error}`);
    return pulumi.secret(text);
  }

  private group(key: GroupKey, path: string, text: string | undefined): unknown {
    const { kind, fields, optional, names } = key;
    const value = text === undefined ? undefined : parsed(text);
    if (kind === "object") return value === undefined && optional ? undefined : this.object(fields, path, value);
    if (kind === "list") {
      if (Array.isArray(value)) return value.map((entry, index) => this.object(fields, `${path}[${index}]`, entry));
      const allowed = `a list of { ${Object.keys(fields).join(", ")} }`;
      return value === undefined ? [] : this.refuse(path, value, { allowed, example: `${path}[0]`, fields });
    }
    const isName = (name: string) => names?.parse(name) !== undefined;
    const example = entryPath(path, names?.example ?? "");
    const shown = { allowed: `an object with ${names?.allowed} as keys`, example, fields };
    const entries = this.entries(path, value, isName, shown);
    return Object.fromEntries(
      entries.map(([name, entry]) => [name, this.object(fields, entryPath(path, name), entry)]),
    );
  }

  private object(fields: Fields, path: string, value: unknown): unknown {
    const shown = { allowed: `an object with the keys ${Object.keys(fields).join(", ")}`, example: path, fields };
    const given = typeof value === "string" ? parsed(value) : value;
    const entries = this.entries(path, given, (name) => Object.hasOwn(fields, name), shown);
    const texts = entries.map(([name, one]) => [name, typeof one === "string" ? one : JSON.stringify(one)] as const);
    return this.read(fields, Object.fromEntries(texts), path);
  }

  /** The known entries of an object. Unknown entries are errors, and so is a value that is not an object. */
  private entries(path: string, value: unknown = {}, isKnown: (name: string) => boolean, shown: Shown) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return this.refuse(path, value, shown);
    const known = shown.example === path ? Object.keys(shown.fields).map((name) => `${path}.${name}`) : [];
    const unknown = Object.keys(value).filter((name) => !isKnown(name));
    unknown.forEach((name) => this.errors.report(`${path}.${name}`, unknownKey(`${path}.${name}`, known)));
    return Object.entries(value).filter(([name]) => isKnown(name));
  }

  private refuse(path: string, value: unknown, { allowed, example, fields }: Shown): [] {
    const [[name, key] = ["", undefined]] = Object.entries(fields);
    const rule = { allowed, example: key?.kind === "value" ? key.rule.example : "", key: `${example}.${name}` };
    this.errors.report(path, notAllowed(path, value, rule));
    return [];
  }
}
