import * as fs from "node:fs";
import { parseDocument } from "yaml";
import type { PulumiProject } from "../../support/pulumiProject";

/**
 * Runs `work` with a copy of the program in which every object and every rollout has this timeout. Only for an `up` that must fail: an
 * `up` that must succeed needs the real timeouts.
 * @returns the result of `work`
 */
export async function withShortTimeouts<T>(
  project: PulumiProject,
  seconds: number,
  work: () => Promise<T>,
): Promise<T> {
  const file = "shortTimeouts.ts";
  fs.writeFileSync(
    project.inFolder(file),
    `import * as pulumi from "@pulumi/pulumi";
pulumi.runtime.registerStackTransformation(({ type, props, opts }) => {
  const bounded = { create: "${seconds}s", update: "${seconds}s" };
  return type.startsWith("kubernetes:") ? { props, opts: { ...opts, customTimeouts: bounded } } : undefined;
});
const file = require.resolve("./components/diagnostics/rollout");
const rollout = require(file);
require.cache[file]!.exports = { ...rollout, rolloutOf: (workload) => ({ workload, timeoutSeconds: ${seconds} }) };
module.exports = require("./index");
`,
  );
  const settings = project.inFolder("Pulumi.yaml");
  const original = fs.readFileSync(settings, "utf8");
  const document = parseDocument(original);
  document.set("main", file);
  fs.writeFileSync(settings, document.toString());
  try {
    return await work();
  } finally {
    fs.writeFileSync(settings, original);
  }
}
