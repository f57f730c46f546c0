import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse, stringify } from "yaml";
import { fullKey } from "../../lab/programCopy";
import { projectRoot } from "../../lab/support/paths";
import { loadConfig } from "../../stacks/config/load";
import { deploy } from "../../stacks/wordpress";
import { answers, type Registered, registeredBy } from "./mocks";
import { isRecord, isSecret, unwrapped } from "./properties";

/** The stacks whose resources are compared with a file: one preset each. */
export const goldenStacks = ["dev", "production", "openebs"] as const;

/** The file with the expected resources of a stack. */
export function goldenFile(stack: string): string {
  return path.join(projectRoot, "tests/golden", `${stack}.yaml`);
}

const separator = "---\n";

/** Every resource of a stack's preset, as the text of its golden file: a YAML document for each, in order of type and name. */
export async function renderGolden(stack: string): Promise<string> {
  return (await registeredByStack(stack)).map(renderResource).join(separator);
}

/** A resource as YAML. The outputs that are secret are left out: they follow from the inputs. */
export function renderResource({ type, name, inputs, protect, ignoreChanges, timeouts }: Registered): string {
  const resource = {
    ...{ type, name, inputs: readable(inputs) },
    ...(protect && { protect }),
    ...(ignoreChanges.length > 0 && { ignoreChanges }),
    ...(timeouts && { timeouts }),
  };
  return stringify(resource, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** An input with secrets as `secret`, JSON in a text as `json`, and a text of several lines, a container's file, by its `sha256`. */
function readable(value: unknown): unknown {
  if (isSecret(value)) return { secret: readable(unwrapped(value)) };
  if (Array.isArray(value)) return value.map(readable);
  if (isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, readable(inner)]));
  }
  if (typeof value !== "string") return value;
  if (value.startsWith('{"')) return { json: readable(JSON.parse(value)) };
  return value.includes("\n") ? { sha256: createHash("sha256").update(value).digest("hex") } : value;
}

/** Those documents of two golden files that differ: a reporter cuts the difference of two long texts. */
export function goldenDifference(expected: string, actual: string): { expected: string; actual: string } {
  const [before, after] = [expected.split(separator), actual.split(separator)];
  return {
    expected: before.filter((document) => !after.includes(document)).join(separator),
    actual: after.filter((document) => !before.includes(document)).join(separator),
  };
}

/**
 * Every resource that a stack's own file leads to.
 * @param changes keys that differ from the file's; undefined leaves one out
 */
export async function registeredByStack(
  stack: string,
  changes: Readonly<Record<string, string | undefined>> = {},
): Promise<Registered[]> {
  const file = parse(fs.readFileSync(path.join(projectRoot, `Pulumi.${stack}.yaml`), "utf8")) as {
    config: Record<string, unknown>;
  };
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  const config = Object.entries({ "kubernetes:context": "golden", ...file.config, ...changes })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [fullKey("wordpress", key), text(value)] as const);
  const resources = await registeredBy(() => {
    pulumi.runtime.setAllConfig(Object.fromEntries(config));
    deploy(loadConfig());
  }, answers);
  pulumi.runtime.setAllConfig({});
  return resources;
}
