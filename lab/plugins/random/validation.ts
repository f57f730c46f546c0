import { holdsUnknown, open, type Properties } from "../support/propertyValues";
import type { CheckFailure } from "../support/provider";
import type { RandomResource } from "./resources";

/** Integer inputs and their least values; `length` must also cover the minima. */
const least: Readonly<Record<string, number>> = {
  length: 1,
  byteLength: 1,
  minLower: 0,
  minNumeric: 0,
  minSpecial: 0,
  minUpper: 0,
};
const switches = ["lower", "upper", "numeric", "number", "special"];
const minima = ["minLower", "minNumeric", "minSpecial", "minUpper"];

/** Validates the inputs. Unknown ones are validated once they are known. */
export function failures(kind: RandomResource, inputs: Properties): CheckFailure[] {
  const missing = kind.required.filter((name) => inputs[name] === undefined || inputs[name] === null);
  return [
    ...missing.map((name) => ({ property: name, reason: `Missing required property '${name}'` })),
    ...Object.keys(inputs).flatMap((name) => failure(name, inputs) ?? []),
    ...(missing.length === 0 ? tooShort(inputs) : []),
  ];
}

function failure(name: string, inputs: Properties): CheckFailure | undefined {
  const value = open(inputs[name]);
  if (value === undefined || value === null || holdsUnknown(value)) return undefined;
  const minimum = least[name];
  if (minimum !== undefined && !(Number.isInteger(value) && Number(value) >= minimum)) {
    return { property: name, reason: `must be a whole number of at least ${minimum}, got: ${JSON.stringify(value)}` };
  }
  if (switches.includes(name) && typeof value !== "boolean") {
    return { property: name, reason: `must be a boolean, got: ${JSON.stringify(value)}` };
  }
  return undefined;
}

function tooShort(inputs: Properties): CheckFailure[] {
  const length = open(inputs.length);
  const sum = minima.reduce((total, name) => total + Number(open(inputs[name]) ?? 0), 0);
  if (typeof length !== "number" || !(sum > length)) return [];
  return [
    { property: "length", reason: `must be at least the sum of ${minima.join(", ")}, which is ${sum}, got: ${length}` },
  ];
}
