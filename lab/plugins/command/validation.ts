import {
  holdsUnknown,
  isProperties,
  open,
  type Properties,
  type PropertyValue,
  Unknown,
} from "../support/propertyValues";
import type { CheckFailure } from "../support/provider";

type Kind = "text" | "list of texts" | "map of texts" | "boolean" | "number" | "list" | "connection";
type Kinds = Readonly<Record<string, Kind>>;

const common: Kinds = {
  create: "text",
  update: "text",
  delete: "text",
  stdin: "text",
  logging: "text",
  environment: "map of texts",
  triggers: "list",
  addPreviousOutputInEnv: "boolean",
};

const inputsOf = {
  "command:local:Command": { ...common, dir: "text", interpreter: "list of texts" },
  "command:remote:Command": { ...common, connection: "connection" },
} satisfies Record<string, Kinds>;

const connectionInputs: Kinds = {
  host: "text",
  port: "number",
  user: "text",
  privateKey: "text",
  hostKey: "text",
  dialErrorLimit: "number",
  perDialTimeout: "number",
};

const leftOut = ["assetPaths", "archivePaths", "password", "privateKeyPassword", "agentSocketPath", "proxy"];
const loggings = ["stdout", "stderr", "stdoutAndStderr", "none"];

/** Validates the inputs. Unknown ones are validated once they are known. */
export function inputFailures(type: keyof typeof inputsOf, inputs: Properties): CheckFailure[] {
  return failures(type, inputsOf[type], inputs);
}

/** Validates a remote command's connection. */
export function connectionFailures(connection: PropertyValue | undefined): CheckFailure[] {
  if (connection instanceof Unknown) return [];
  if (!isProperties(connection) || open(connection.host) === undefined) {
    return [{ property: "connection", reason: "must be an object with at least a host" }];
  }
  return failures("a connection", connectionInputs, connection).map(({ property, reason }) => ({
    property: `connection.${property}`,
    reason,
  }));
}

function failures(of: string, kinds: Kinds, values: Properties): CheckFailure[] {
  return Object.entries(values).flatMap(([property, value]) => {
    const reason = value === undefined ? undefined : problem(of, kinds, property, value);
    return reason === undefined ? [] : [{ property, reason }];
  });
}

function problem(of: string, kinds: Kinds, property: string, value: PropertyValue): string | undefined {
  const kind = kinds[property];
  if (leftOut.includes(property)) return "is not supported by the stand-in: see lab/plugins/README.md";
  if (kind === undefined) return `${of} has no input "${property}"`;
  const opened = open(value);
  if (opened === null || opened === undefined || holdsUnknown(opened)) return undefined;
  if (!isOfKind(opened, kind)) return `must be a ${kind}`;
  if (property === "logging" && !loggings.some((logging) => logging === opened)) {
    return `must be one of ${loggings.join(", ")}`;
  }
  return undefined;
}

function isOfKind(value: PropertyValue, kind: Kind): boolean {
  const isText = (part: PropertyValue | undefined) => typeof open(part) === "string";
  if (kind === "text") return isText(value);
  if (kind === "boolean" || kind === "number") return typeof value === kind;
  if (kind === "connection") return isProperties(value);
  if (kind === "list") return Array.isArray(value);
  if (kind === "list of texts") return Array.isArray(value) && value.every(isText);
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(isText);
}
