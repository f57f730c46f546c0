import { type Container, containersOf } from "../pods";
import type { Rule } from "../rule";

export const limitsSet: Rule = {
  name: "limits-set",
  description: "Containers set requests and limits of CPU and memory.",
  enforcementLevel: "mandatory",
  findings: (resource) => containersOf(resource).flatMap(finding),
};

const needed = ["requests", "limits"].flatMap((kind) => ["cpu", "memory"].map((amount) => [kind, amount] as const));

function finding({ name, resources = {} }: Container): string[] {
  // Only its existence matters: its amount may be unknown at preview.
  const isMissing = ([kind, amount]: (typeof needed)[number]) => !(amount in (resources[kind] ?? {}));
  const missing = needed.filter(isMissing).map((path) => `resources.${path.join(".")}`);
  if (missing.length === 0) return [];
  return [`container ${name}: ${missing.join(", ")} not set; without it, one pod can use up a whole node: set it`];
}
