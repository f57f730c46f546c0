import * as pulumi from "@pulumi/pulumi";
import { configSet } from "./commands";
import { ConfigErrors, unknownKey } from "./errors";
import type { Check, Draft, Fields, Key, Texts } from "./keys";
import { Reader } from "./reader";
import { checks, type Config, type ConfigValues, tree } from "./tree";

/**
 * Reads the stack's configuration.
 * @throws pulumi.RunError with all errors of it, before any resource is registered
 */
export function loadConfig(): Config {
  const texts = stackConfig();
  const errors = new ConfigErrors();
  const reader = new Reader(isSecret, errors);
  const isSet = (path: string) => reader.set.has(path);
  Object.entries(texts).forEach(([name, value]) => checkName(name, value ?? "", errors));
  const config: Draft<ConfigValues> = reader.read(tree, texts);
  checkApplies(tree, config, "", { errors, isSet });
  checks.forEach((check) => check(config, { errors, isSet }));
  const { messages } = errors;
  if (messages.length > 0) {
    const count = messages.length === 1 ? "1 error" : `${messages.length} errors`;
    throw new pulumi.RunError(`Invalid configuration (${count}); nothing was changed:\n  - ${messages.join("\n  - ")}`);
  }
  return { ...(config as ConfigValues), isSet };
}

/** Reports keys that are set but have no effect with the value of another key. */
function checkApplies(
  fields: Fields,
  config: unknown,
  within: string,
  context: Parameters<Check<ConfigValues>>[1],
): void {
  for (const [name, key] of Object.entries(fields)) {
    const path = `${within}${name}`;
    if (!context.isSet(path)) continue;
    for (const [other, values] of Object.entries(key.appliesTo ?? {})) {
      const inside = (at: unknown, part: string) => (at as Record<string, unknown> | undefined)?.[part];
      const value = other.split(".").reduce(inside, config) as string | undefined;
      if (value === undefined || values.includes(value)) continue;
      const reason = `applies to ${other}: ${values.join(" or ")}, and ${other} is ${value}`;
      context.errors.reportUnused(path, reason);
    }
    if (key.kind === "object") checkApplies(key.fields, config, `${path}.`, context);
  }
}

/** All values of the project and the Kubernetes provider, as texts: Pulumi's getters would convert some of them. */
function stackConfig(): Texts {
  const own = `${pulumi.getProject()}:`;
  const read = Object.entries(pulumi.runtime.allConfig()).filter(
    ([name]) => name.startsWith(own) || name.startsWith(provider),
  );
  return Object.fromEntries(read.map(([name, value]) => [name.startsWith(own) ? name.slice(own.length) : name, value]));
}

const provider = "kubernetes:";

/** Whether the stack file has a key of this project encrypted. The SDK has this function, but not in its types. */
function isSecret(path: string): boolean {
  const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret: (key: string) => boolean };
  return isConfigSecret(`${pulumi.getProject()}:${path}`);
}

/** Reports an unknown key, with the intended command or the most similar key. */
function checkName(name: string, value: string, errors: ConfigErrors): void {
  if (Object.hasOwn(tree, name)) return;
  const known = Object.keys(tree);
  if (name.startsWith(provider)) {
    const read = known.filter((key) => key.startsWith(provider)).join(", ");
    errors.report(name, `${name}: unknown key; this program reads ${read}`);
  } else if (pathsOf(tree).includes(name)) {
    errors.report(
      name,
      `${name}: is a key inside the object ${name.split(".")[0]}; set it with --path: ${configSet(name, value)}, ` +
        `and remove this one: pulumi config rm ${name}`,
    );
  } else {
    errors.report(name, unknownKey(name, known));
  }
}

/** Paths of keys, and of keys inside objects, e.g. `storage.engine`. */
function pathsOf(fields: Readonly<Record<string, Key>>): string[] {
  return Object.entries(fields).flatMap(([name, key]) => [
    name,
    ...(key.kind === "object" ? pathsOf(key.fields).map((inner) => `${name}.${inner}`) : []),
  ]);
}
