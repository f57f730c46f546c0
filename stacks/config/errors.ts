import { distance } from "fastest-levenshtein";
import { configRemove, configSet } from "./commands";

/** The errors of a configuration, at most one per key: later errors of a key only follow from the first one. */
export class ConfigErrors {
  private readonly byPath = new Map<string, string>();

  /** @param path of the key, e.g. `storage.pools[0].node` */
  report(path: string, message: string): void {
    if (!this.byPath.has(path)) this.byPath.set(path, message);
  }

  /** Reports a key that has no effect. Its removal makes other errors of it, and of keys inside it, obsolete. @param more follows the command */
  reportUnused(path: string, reason: string, more = ""): void {
    const isInside = (other: string) => [".", "["].some((end) => other.startsWith(`${path}${end}`));
    [path, ...[...this.byPath.keys()].filter(isInside)].forEach((obsolete) => this.byPath.delete(obsolete));
    this.byPath.set(path, `${path}: ${reason}; remove it: ${configRemove(path)}${more}`);
  }

  /** The messages, in the order of the reports. */
  get messages(): readonly string[] {
    return [...this.byPath.values()];
  }
}

/**
 * The message about a value that is not allowed: the key, the value, what is allowed and an example.
 * @param rule its `key` is the key that the example sets, if that is not `key`
 */
export function notAllowed(
  key: string,
  value: unknown,
  rule: { allowed: string; example: string; key?: string },
): string {
  const example = configSet(rule.key ?? key, rule.example);
  return `${key}: ${quoted(value)} is not allowed; expected ${rule.allowed}; example: ${example}`;
}

/** The message about an unknown key, with the most similar known one. */
export function unknownKey(path: string, known: readonly string[]): string {
  const [nearest] = [...known].sort((one, other) => distance(one, path) - distance(other, path));
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  return `${path}: unknown key${hint || "."} Remove it: ${configRemove(path)}`;
}

/** A value for a message: quoted, on one line, cut to 80 characters. */
function quoted(value: unknown): string {
  const text = JSON.stringify(typeof value === "string" ? value : (JSON.stringify(value) ?? "undefined"));
  return text.length > 82 ? `${text.slice(0, 80)}…"` : text;
}
