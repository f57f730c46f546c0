import type { Fields, Key, ValueKey } from "../../stacks/config/keys";

/** Path of an entry in tests: the first of a list, the node `k0` of a map. */
const entry = { object: "", list: "[0]", map: ".k0" } as const;

/** All keys with a single value, by path, e.g. `storage.pools[0].node` and `nodeSsh.hosts.k0.host`. */
export function valueKeys(fields: Fields, within = ""): [string, ValueKey<unknown>][] {
  return Object.entries(fields).flatMap(([name, key]) =>
    key.kind === "value" ? [[`${within}${name}`, key]] : valueKeys(key.fields, `${within}${name}${entry[key.kind]}.`),
  );
}

/** All objects, lists and maps of objects, by path. */
export function groupKeys(fields: Fields, within = ""): [string, Exclude<Key, ValueKey<unknown>>][] {
  return Object.entries(fields).flatMap(([name, key]) =>
    key.kind === "value"
      ? []
      : [[`${within}${name}`, key], ...groupKeys(key.fields, `${within}${name}${entry[key.kind]}.`)],
  );
}
