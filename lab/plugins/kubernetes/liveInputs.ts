import { isDeepStrictEqual } from "node:util";
import { quantityBytes } from "../../../components/kubernetes/quantity";
import type { PlainObject, PlainValue } from "../support/propertyValues";
import { isObject, textAt } from "./objects";

/** Fields that only the server sets. */
const serversFields = ["creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"];

/**
 * The inputs after possible changes by others: the object's values for all fields that the inputs have. A value that the server
 * only normalizes (`1024Mi` to `1Gi`) is kept as it was.
 */
export function liveInputs(live: PlainObject, inputs: PlainObject): PlainObject {
  return pruned(withStringData(live, inputs), inputs) as PlainObject;
}

/** The inputs of an imported object, as far as they can be derived from it. */
export function importedInputs({ status, ...live }: PlainObject): PlainObject {
  void status;
  const metadata = isObject(live.metadata) ? live.metadata : {};
  const kept = Object.entries(metadata).filter(([name]) => !serversFields.includes(name));
  return { ...live, metadata: Object.fromEntries(kept) };
}

function pruned(live: PlainValue | undefined, input: PlainValue | undefined): PlainValue | undefined {
  if (isObject(live) && isObject(input)) {
    const entries = Object.entries(input).map(([name, value]) => [name, pruned(live[name], value)] as const);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }
  if (Array.isArray(live) && Array.isArray(input)) {
    // Elements that were appended to a list are ignored, as in the official provider (pruneSlice in its util.go).
    return live.slice(0, input.length).map((element, index) => pruned(element, input[index]) ?? null);
  }
  return isSameSpelling(live, input) ? input : live;
}

function isSameSpelling(live: PlainValue | undefined, input: PlainValue | undefined): boolean {
  if (isDeepStrictEqual(live, input) || input === null) return true;
  if ((isObject(input) || Array.isArray(input)) && Object.keys(input).length === 0 && live === undefined) return true;
  if (typeof live !== "string" || typeof input !== "string") return false;
  const [one, other] = [quantityBytes(live), quantityBytes(input)];
  return one !== undefined && one === other;
}

/** Restores a Secret's `stringData`, which the server stores encoded, under another name. */
function withStringData(live: PlainObject, inputs: PlainObject): PlainObject {
  if (live.kind !== "Secret" || !isObject(inputs.stringData) || !isObject(live.data)) return live;
  const { data } = live;
  const texts = Object.keys(data).map((name) => [name, Buffer.from(textAt(data, name), "base64").toString()] as const);
  return { ...live, stringData: Object.fromEntries(texts) };
}
