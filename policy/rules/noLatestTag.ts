import { type Container, containersOf } from "../pods";
import type { Rule } from "../rule";

export const noLatestTag: Rule = {
  name: "no-latest-tag",
  description: "Images have a tag other than latest, or a digest, so that a later deployment uses the same image.",
  enforcementLevel: "mandatory",
  findings: (resource) => containersOf(resource).flatMap(finding),
};

const remedy = "use a version or a digest, as in name:1.2.3 or name@sha256:…";

function finding({ name, image = "" }: Container): string[] {
  if (image.includes("@")) return [];
  // A colon before the last slash belongs to a registry's port.
  const [, tag] = image.slice(image.lastIndexOf("/") + 1).split(":");
  if (!tag) return [`container ${name}: image "${image}" has no tag, which means latest; ${remedy}`];
  return tag === "latest" ? [`container ${name}: image "${image}" may change at any time; ${remedy}`] : [];
}
