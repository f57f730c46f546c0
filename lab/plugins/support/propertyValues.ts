import { isDeepStrictEqual } from "node:util";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

/** A value that is encrypted with the stack's passphrase. */
export class Secret {
  constructor(readonly value: PropertyValue) {}
}

/** A value that is unknown before the deployment. */
export class Unknown {
  /** @param sentinel the text that represents it on the wire: one for each kind of value */
  constructor(readonly sentinel: string) {}
}

/** A property as the engine and the plugins exchange it. */
export type PropertyValue = null | boolean | number | string | Secret | Unknown | PropertyValue[] | Properties;

/** A resource's inputs or outputs, or any object in them. */
export interface Properties {
  [name: string]: PropertyValue | undefined;
}

/** A value without secret and unknown parts. */
export type PlainValue = null | boolean | number | string | PlainValue[] | PlainObject;

/** An object without secret and unknown parts. */
export interface PlainObject {
  [name: string]: PlainValue | undefined;
}

/** The key that marks an object on the wire as a special value (sdk/go/common/resource/sig in Pulumi). */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** Texts that represent an unknown boolean, number, string, list, asset, archive and object. */
const unknownSentinels = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** An unknown text. The SDK accepts it as an unknown of any kind. */
export const unknown = new Unknown("04da6b54-80e4-46f7-96ec-b56ff0331ba9");

/** Decodes properties from the wire. Special values other than secrets (assets, archives) stay as they are. */
export function fromWire(struct: Struct | undefined): Properties {
  return struct === undefined ? {} : (decoded(struct.toJavaScript()) as Properties);
}

/** Encodes properties for the wire. Undefined values are omitted. */
export function toWire(properties: Properties): Struct {
  return Struct.fromJavaScript(encoded(properties) as Record<string, JavaScriptValue>);
}

function decoded(value: JavaScriptValue): PropertyValue {
  if (typeof value === "string" && unknownSentinels.has(value)) return new Unknown(value);
  if (Array.isArray(value)) return value.map(decoded);
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, JavaScriptValue>;
  if (fields[signatureKey] === secretSignature) return new Secret(decoded(fields.value ?? null));
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, decoded(field)]));
}

function encoded(value: PropertyValue): JavaScriptValue {
  if (value instanceof Secret) return { [signatureKey]: secretSignature, value: encoded(value.value) };
  if (value instanceof Unknown) return value.sentinel;
  if (Array.isArray(value)) return value.map(encoded);
  if (!isProperties(value)) return value;
  return Object.fromEntries(present(value).map(([name, field]) => [name, encoded(field)]));
}

/** Whether a value is an object with named fields. */
export function isProperties(value: PropertyValue | undefined): value is Properties {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret) &&
    !(value instanceof Unknown)
  );
}

/** The fields that have a value. */
export function present(properties: Properties): [string, PropertyValue][] {
  return Object.entries(properties).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}

/** The value without secret wrappers. Unknown parts stay. */
export function revealed(value: Properties): Properties;
export function revealed(value: PropertyValue): PropertyValue;
export function revealed(value: PropertyValue): PropertyValue {
  if (value instanceof Secret) return revealed(value.value);
  if (Array.isArray(value)) return value.map((element) => revealed(element));
  if (!isProperties(value)) return value;
  return Object.fromEntries(present(value).map(([name, field]) => [name, revealed(field)]));
}

/** The value without secret wrappers and unknown parts: unknown fields are omitted, unknown list elements are null. */
export function plain(value: Properties): PlainObject;
export function plain(value: PropertyValue): PlainValue;
export function plain(value: PropertyValue): PlainValue {
  if (value instanceof Secret) return plain(value.value);
  if (value instanceof Unknown) return null;
  if (Array.isArray(value)) return value.map((element) => plain(element));
  if (!isProperties(value)) return value;
  const known = present(value).filter(([, field]) => !(open(field) instanceof Unknown));
  return Object.fromEntries(known.map(([name, field]) => [name, plain(field)]));
}

/** The value without its outer secret wrapper. */
export function open(value: PropertyValue | undefined): PropertyValue | undefined {
  return value instanceof Secret ? open(value.value) : value;
}

/** Whether the value contains a secret. */
export function holdsSecret(value: PropertyValue | undefined): boolean {
  return value instanceof Secret || parts(value).some(holdsSecret);
}

/** Whether the value contains an unknown, including inside a secret. */
export function holdsUnknown(value: PropertyValue | undefined): boolean {
  if (value instanceof Secret) return holdsUnknown(value.value);
  return value instanceof Unknown || parts(value).some(holdsUnknown);
}

/** Whether two values are equal, secret or not. */
export function sameValue(one: PropertyValue | undefined, other: PropertyValue | undefined): boolean {
  return isDeepStrictEqual(one === undefined ? one : revealed(one), other === undefined ? other : revealed(other));
}

function parts(value: PropertyValue | undefined): (PropertyValue | undefined)[] {
  if (Array.isArray(value)) return value;
  return isProperties(value) ? Object.values(value) : [];
}
