import * as fs from "node:fs";
import { parseDocument } from "yaml";
import type { PulumiProject } from "../../support/pulumiProject";

/** Lets every object of a copy of the program have so many seconds to come up, in the place of minutes; nothing else is another. */
export function makeImpatient(project: PulumiProject, seconds: number): void {
  const file = "impatient.ts";
  fs.writeFileSync(
    project.inFolder(file),
    `import * as pulumi from "@pulumi/pulumi";
pulumi.runtime.registerStackTransformation(({ type, props, opts }) => {
  const bounded = { create: "${seconds}s", update: "${seconds}s" };
  return type.startsWith("kubernetes:") ? { props, opts: { ...opts, customTimeouts: bounded } } : undefined;
});
module.exports = require("./index");
`,
  );
  const settings = project.inFolder("Pulumi.yaml");
  const document = parseDocument(fs.readFileSync(settings, "utf8"));
  document.set("main", file);
  fs.writeFileSync(settings, document.toString());
}
