import type { Fields, GroupKey, Key, ValueKey } from "../../stacks/config/keys";

/** Path of an entry in tests: the first of a list, the node `k0` of a map. */
const entry = { object: "", list: "[0]", map: ".k0" } as const;

/** All keys with a single value, by path, e.g. `storage.pools[0].node` and `nodeSsh.hosts.k0.host`. */
export function valueKeys(fields: Fields): [string, ValueKey<unknown>][] {
  return allKeys(fields).filter((one): one is [string, ValueKey<unknown>] => one[1].kind === "value");
}

/** All objects, lists and maps of objects, by path. */
export function groupKeys(fields: Fields): [string, GroupKey][] {
  return allKeys(fields).filter((one): one is [string, GroupKey] => one[1].kind !== "value");
}

function allKeys(fields: Fields, within = ""): [string, Key][] {
  return Object.entries(fields).flatMap(([name, key]): [string, Key][] => {
    const path = `${within}${name}`;
    return [[path, key], ...(key.kind === "value" ? [] : allKeys(key.fields, `${path}${entry[key.kind]}.`))];
  });
}
