import { Secret } from "../support/propertyValues";
import type { ReadResult } from "../support/provider";
import { refuse } from "../support/providerService";
import { randomResources } from "./resources";

const password = "random:index/randomPassword:RandomPassword";
const uuid = "random:index/randomUuid:RandomUuid";
const importable = [password, "random:index/randomString:RandomString", uuid];

/** Imports a resource: its ID is its text. */
export function importedText(type: string, id: string): ReadResult {
  if (!importable.includes(type)) refuse(`importing ${type}`);
  if (type === uuid) return { id, inputs: {}, outputs: { id, result: id } };
  const inputs = { length: id.length };
  const settled = { ...randomResources[type]?.settled(inputs) };
  if (type === password) return { id: "none", inputs, outputs: { ...settled, id: "none", result: new Secret(id) } };
  return { id, inputs, outputs: { ...settled, id, result: id } };
}
