import { holdsUnknown, open, type Properties, type PropertyValue } from "../support/propertyValues";
import type { CheckFailure } from "../support/provider";

type Kind = "text" | "list of texts" | "map of texts" | "boolean" | "list";

const inputs: Readonly<Record<string, Kind>> = {
  create: "text",
  update: "text",
  delete: "text",
  stdin: "text",
  dir: "text",
  logging: "text",
  environment: "map of texts",
  interpreter: "list of texts",
  triggers: "list",
  addPreviousOutputInEnv: "boolean",
};

const leftOut = ["assetPaths", "archivePaths"];
const loggings = ["stdout", "stderr", "stdoutAndStderr", "none"];

/** What is wrong with the inputs. Those that are not known yet are judged when they are. */
export function failures(news: Properties): CheckFailure[] {
  return Object.entries(news).flatMap(([property, value]) => {
    const reason = value === undefined ? undefined : problem(property, value);
    return reason === undefined ? [] : [{ property, reason }];
  });
}

function problem(property: string, value: PropertyValue): string | undefined {
  const kind = inputs[property];
  if (leftOut.includes(property)) return "is not in the stand-in: see lab/plugins/README.md";
  if (kind === undefined) return `command:local:Command has no input "${property}"`;
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
  if (kind === "boolean") return typeof value === "boolean";
  if (kind === "list") return Array.isArray(value);
  if (kind === "list of texts") return Array.isArray(value) && value.every(isText);
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(isText);
}
