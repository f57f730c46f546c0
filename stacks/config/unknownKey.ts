import { distance } from "fastest-levenshtein";
import { configRemove } from "./rules";

/** That there is no such key, with the most similar one that there is. */
export function unknownKey(path: string, known: readonly string[]): string {
  const [nearest] = [...known].sort((one, other) => distance(one, path) - distance(other, path));
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  return `${path}: unknown key${hint || "."} Remove it: ${configRemove(path)}`;
}
