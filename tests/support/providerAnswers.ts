import { createHash } from "node:crypto";
import { unknownValue } from "@pulumi/pulumi/runtime/rpc";
import {
  fieldsThatReplace,
  isDeletedBeforeReplacement,
  type ProviderArguments,
} from "../../lab/plugins/kubernetes/rules";
import { asSecret, isRecord, type Properties, property, unwrapped } from "./properties";
import { isWithin } from "./propertyDiff";
import { localCommand } from "./commandRun";
import type { RecordedCall } from "./recordedCall";

const randomBytes = "random:index/randomBytes:RandomBytes";

/** Whether the official provider replaces an object of this type for a change at this path. */
export function replacesFor(type: string, path: string, configuration: ProviderArguments): boolean {
  if (type.startsWith("random:")) return true;
  if (type === localCommand) return isWithin(path, "triggers");
  return fieldsThatReplace(type, configuration).some((field) => isWithin(path, field));
}

/** Whether the official provider deletes a replaced object before it creates the replacement. */
export function deletesFirst({ type, oldInputs, inputs }: RecordedCall): boolean {
  return type.startsWith("kubernetes:") && isDeletedBeforeReplacement(oldInputs, inputs);
}

/** The ID of an object: `namespace/name` for Kubernetes, a number for everything else. */
export function identifierOf(call: RecordedCall): string {
  const { type, inputs, name, serial } = call;
  // The ID contains the value, as with the official provider: it is unsuitable for keys, because the state never encrypts an ID.
  if (type === randomBytes) return Buffer.from(randomText(call), "hex").toString("base64");
  if (!type.startsWith("kubernetes:")) return `${name}-${serial}`;
  const namespace = property(inputs, "metadata.namespace");
  const objectName = property(inputs, "metadata.name");
  return [namespace, objectName ?? name].filter((part) => typeof part === "string").join("/");
}

/**
 * The outputs of a create or an update, indistinguishable for a program from the official provider's.
 * @param stdout the output of a command; unknown at preview, when nothing runs
 */
export function outputsOf(call: RecordedCall, stdout: string): Properties {
  const { operation, type, inputs, preview } = call;
  const known = (value: string) => (preview ? unknownValue : value);
  if (type === "random:index/randomPassword:RandomPassword") {
    return { ...inputs, result: known(randomText(call)), bcryptHash: known("") };
  }
  if (type === randomBytes) {
    const digits = randomText(call);
    const base64 = Buffer.from(digits, "hex").toString("base64");
    return { ...inputs, hex: asSecret(known(digits)), base64: asSecret(known(base64)) };
  }
  if (type === "random:index/randomString:RandomString") return { ...inputs, result: known(randomText(call)) };
  // In plain text, even if an input is secret: the program must mark secret outputs.
  if (type === localCommand) return { ...inputs, stdout: known(stdout), stderr: "" };
  if (type === "kubernetes:core/v1:Service" && property(inputs, "spec.clusterIP") === undefined) {
    const clusterIP = preview && operation === "create" ? unknownValue : addressOf(call);
    return { ...inputs, spec: { ...(inputs.spec as Properties), clusterIP } };
  }
  const stringData = unwrapped(inputs.stringData);
  if (type === "kubernetes:core/v1:Secret" && isRecord(stringData)) {
    return { ...inputs, data: asSecret(encoded(stringData)) };
  }
  return inputs;
}

/** The cluster IP of a Service. */
function addressOf({ urn }: RecordedCall): string {
  const [third, fourth] = createHash("sha256").update(urn).digest();
  return `10.96.${third}.${fourth}`;
}

/** A unique text for each resource and each replacement: hexadecimal digits or bytes, with the requested length. */
function randomText({ type, urn, serial, inputs }: RecordedCall): string {
  const length = Number(property(inputs, "length")) * (type === randomBytes ? 2 : 1);
  const digits = createHash("sha512").update(`${urn} ${serial}`).digest("hex");
  return digits.repeat(Math.ceil(length / digits.length)).slice(0, length);
}

function encoded(stringData: Properties): Properties {
  return Object.fromEntries(
    Object.entries(stringData).map(([key, value]) => [key, Buffer.from(String(value)).toString("base64")]),
  );
}
