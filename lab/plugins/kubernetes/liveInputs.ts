import { isDeepStrictEqual } from "node:util";
import { quantityBytes } from "../../../components/kubernetes/quantity";
import type { PlainObject, PlainValue } from "../support/propertyValues";
import { isObject, textAt } from "./objects";

/** Fields that the server fills in and no program states. */
const serversFields = ["creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"];

/**
 * What the inputs are after somebody may have changed the object: its own values, where the inputs have any. What the
 * server only writes in another way (`1024Mi` as `1Gi`) is as it was.
 */
export function liveInputs(live: PlainObject, inputs: PlainObject): PlainObject {
  return pruned(withStringData(live, inputs), inputs) as PlainObject;
}

/** What the inputs of an object would be that is imported, as far as it can be told from the object. */
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
    // What was added behind the stated elements is not seen, as with the official provider (pruneSlice in its util.go).
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

/** A Secret's texts: the server keeps them encoded, under another name. */
function withStringData(live: PlainObject, inputs: PlainObject): PlainObject {
  if (live.kind !== "Secret" || !isObject(inputs.stringData) || !isObject(live.data)) return live;
  const { data } = live;
  const texts = Object.keys(data).map((name) => [name, Buffer.from(textAt(data, name), "base64").toString()] as const);
  return { ...live, stringData: Object.fromEntries(texts) };
}
