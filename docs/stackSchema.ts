import * as path from "node:path";
import type { Fields, Key } from "../stacks/config/keys";
import { tree } from "../stacks/config/tree";

/** The schema that the stack files name, so that editors check and complete their keys. */
export const stackSchemaFile = path.join(__dirname, "../stacks/config/stack.schema.json");

/** JSON schema of a stack's file, from the keys that the program reads. Keys may have the project's prefix, which the CLI writes. */
export function stackSchema(): string {
  const keys = Object.entries(tree).map(([name, key]) => [name, schemaOf(key)] as const);
  const config = {
    type: "object",
    properties: Object.fromEntries(keys),
    patternProperties: Object.fromEntries([
      ...keys
        .filter(([name]) => !name.includes(":"))
        .map(([name, schema]) => [`^(?!kubernetes:)[^:]+:${name}$`, schema] as const),
      // Configuration of other programs and providers.
      [`^(?!kubernetes:)[^:]+:(?!(${keys.map(([name]) => name).join("|")})$)`, {}],
    ]),
    additionalProperties: false,
  };
  const stack = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Stack file of this program",
    type: "object",
    properties: {
      config,
      encryptionsalt: { type: "string" },
      encryptedkey: { type: "string" },
      secretsprovider: { type: "string" },
      environment: {},
    },
    additionalProperties: false,
    definitions: { secret: { type: "object", required: ["secure"], properties: { secure: { type: "string" } } } },
  };
  return `${JSON.stringify(stack, null, 2)}\n`;
}

const encrypted = { $ref: "#/definitions/secret" };
/** What `pulumi config set KEY JSON` writes for an object or a list. */
const asText = (open: string) => ({ type: "string", pattern: `^\\s*\\${open}` });

function schemaOf(key: Key): object {
  const { description } = key;
  if (key.kind === "value") {
    const { rule, secret } = key;
    if (secret) return { description, ...encrypted };
    const fallback = key.default === undefined ? {} : { default: key.default };
    return { description, ...fallback, anyOf: [rule.schema, encrypted] };
  }
  const fields = objectSchema(key.fields);
  const entry = { anyOf: [fields, asText("{"), encrypted] };
  if (key.kind === "list") return { description, anyOf: [{ type: "array", items: entry }, asText("["), encrypted] };
  const whole = key.kind === "object" ? fields : { type: "object", additionalProperties: entry };
  return { description, anyOf: [whole, asText("{"), encrypted] };
}

function objectSchema(fields: Fields): object {
  const required = Object.entries(fields).flatMap(([name, key]) =>
    key.kind === "value" && key.required ? [name] : [],
  );
  return {
    type: "object",
    properties: Object.fromEntries(Object.entries(fields).map(([name, key]) => [name, schemaOf(key)])),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}
