import * as fs from "node:fs";
import { parseDocument } from "yaml";
import type { PulumiProject } from "../../support/pulumiProject";

/**
 * What `work` answers, while every object of a copy of the program, and every rollout that it waits for, has so many seconds in the
 * place of minutes; nothing else is another. For an `up` that is to fail: one that is to succeed has its own time.
 */
export async function impatiently<T>(project: PulumiProject, seconds: number, work: () => Promise<T>): Promise<T> {
  const file = "impatient.ts";
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
  const patient = fs.readFileSync(settings, "utf8");
  const document = parseDocument(patient);
  document.set("main", file);
  fs.writeFileSync(settings, document.toString());
  try {
    return await work();
  } finally {
    fs.writeFileSync(settings, patient);
  }
}
