import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { type PlainObject, type Properties, Secret } from "../support/propertyValues";
import { randomText } from "./characters";

/** Values that are generated once, when the resource is created. */
export interface Drawn {
  /** The resource's ID: never encrypted. */
  readonly id: string;
  /** The outputs other than the inputs. */
  readonly outputs: Properties;
}

/** One kind of random resource. */
export interface RandomResource {
  /** Required inputs. */
  readonly required: readonly string[];
  /** Optional inputs, in addition to `keepers`. */
  readonly optional: readonly string[];
  /** Outputs that are unknown until the resource is created. */
  readonly drawn: readonly string[];
  /** Default inputs, as they appear in the outputs. */
  settled(inputs: PlainObject): PlainObject;
  draw(settled: PlainObject): Drawn;
}

const textInputs = {
  required: ["length"],
  optional: [
    "lower",
    "minLower",
    "minNumeric",
    "minSpecial",
    "minUpper",
    "number",
    "numeric",
    "overrideSpecial",
    "special",
    "upper",
  ],
} as const;

const unchanged = (inputs: PlainObject) => inputs;

const randomUuid: RandomResource = {
  required: [],
  optional: [],
  drawn: ["result"],
  settled: unchanged,
  draw: () => {
    const result = randomUUID();
    return { id: result, outputs: { result } };
  },
};

/** The kinds of random resources, by type token. */
export const randomResources: Readonly<Record<string, RandomResource>> = {
  "random:index/randomPassword:RandomPassword": {
    ...textInputs,
    drawn: ["result"],
    settled: settledText,
    draw: (settled) => ({ id: "none", outputs: { result: new Secret(text(settled)) } }),
  },
  "random:index/randomString:RandomString": {
    ...textInputs,
    drawn: ["result"],
    settled: settledText,
    draw: (settled) => {
      const result = text(settled);
      return { id: result, outputs: { result } };
    },
  },
  "random:index/randomId:RandomId": {
    required: ["byteLength"],
    optional: ["prefix"],
    drawn: ["b64Std", "b64Url", "dec", "hex"],
    settled: unchanged,
    draw: ({ byteLength, prefix }) => {
      const bytes = randomBytes(Number(byteLength));
      const before = typeof prefix === "string" ? prefix : "";
      const outputs = {
        b64Std: before + bytes.toString("base64"),
        b64Url: before + bytes.toString("base64url"),
        dec: before + (bytes.length > 0 ? BigInt(`0x${bytes.toString("hex")}`).toString() : "0"),
        hex: before + bytes.toString("hex"),
      };
      return { id: bytes.toString("base64url"), outputs };
    },
  },
  "random:index/randomBytes:RandomBytes": {
    required: ["length"],
    optional: [],
    drawn: ["base64", "hex"],
    settled: unchanged,
    draw: ({ length }) => {
      const bytes = randomBytes(Number(length));
      const [base64, hex] = [bytes.toString("base64"), bytes.toString("hex")];
      return { id: base64, outputs: { base64: new Secret(base64), hex: new Secret(hex) } };
    },
  },
  "random:index/randomInteger:RandomInteger": {
    required: ["max", "min"],
    optional: [],
    drawn: ["result"],
    settled: unchanged,
    draw: ({ max, min }) => {
      const result = randomInt(Number(min), Number(max) + 1);
      return { id: String(result), outputs: { result } };
    },
  },
  "random:index/randomUuid:RandomUuid": randomUuid,
  "random:index/randomUuid4:RandomUuid4": randomUuid,
};

function settledText(inputs: PlainObject): PlainObject {
  const numeric = inputs.numeric ?? inputs.number ?? true;
  const defaults = { lower: true, upper: true, special: true, minLower: 0, minNumeric: 0, minSpecial: 0, minUpper: 0 };
  return { ...defaults, ...inputs, number: numeric, numeric };
}

function text(settled: PlainObject): string {
  const { overrideSpecial } = settled;
  return randomText({
    length: Number(settled.length),
    upper: settled.upper === true,
    lower: settled.lower === true,
    numeric: settled.numeric === true,
    special: settled.special === true,
    overrideSpecial: typeof overrideSpecial === "string" ? overrideSpecial : "",
    minUpper: Number(settled.minUpper),
    minLower: Number(settled.minLower),
    minNumeric: Number(settled.minNumeric),
    minSpecial: Number(settled.minSpecial),
  });
}
