import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { fullKey } from "../../lab/programCopy";
import { projectRoot } from "../../lab/support/paths";
import { loadSettings } from "../../stacks/settings";
import { deploy } from "../../stacks/wordpress";
import { answers, type Registered, registeredBy } from "./mocks";

/** Where the expectation of a stack's resources is kept. */
export function goldenFile(stack: string): string {
  return path.join(projectRoot, "tests/golden", `${stack}.json`);
}

/** Every resource that a stack's own file leads to, as the text that is compared. */
export async function stackResources(stack: string): Promise<string> {
  // Which outputs are secrets follows from the inputs' marks.
  const resources = (await registeredByStack(stack)).map((resource) => ({ ...resource, secretOutputs: undefined }));
  return `${JSON.stringify(resources, null, 2)}\n`;
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
    deploy(loadSettings());
  }, answers);
  pulumi.runtime.setAllConfig({});
  return resources;
}
