import { type Container, containersOf } from "../pods";
import type { Rule } from "../rule";

export const limitsSet: Rule = {
  name: "limits-set",
  description: "Containers say what memory and processor they need, and how much they may take.",
  enforcementLevel: "mandatory",
  findings: (resource) => containersOf(resource).flatMap(finding),
};

const needed = ["requests", "limits"].flatMap((kind) => ["cpu", "memory"].map((amount) => [kind, amount] as const));

function finding({ name, resources = {} }: Container): string[] {
  // What counts is that there is one, even if its amount is not known at preview.
  const isMissing = ([kind, amount]: (typeof needed)[number]) => !(amount in (resources[kind] ?? {}));
  const missing = needed.filter(isMissing).map((path) => `resources.${path.join(".")}`);
  if (missing.length === 0) return [];
  return [`container ${name}: ${missing.join(", ")} not set; without it one pod can take a whole node: set it`];
}
