import { distance } from "fastest-levenshtein";
import { configRemove } from "./rules";

/** The message about an unknown key, with the most similar known one. */
export function unknownKey(path: string, known: readonly string[]): string {
  const [nearest] = [...known].sort((one, other) => distance(one, path) - distance(other, path));
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  return `${path}: unknown key${hint || "."} Remove it: ${configRemove(path)}`;
}
