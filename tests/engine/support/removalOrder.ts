import * as assert from "node:assert";
import type { StateResource } from "../../support/pulumiProject";
import type { RecordedCall } from "../../support/recordedCall";
import { done } from "./calls";

/** URNs of two resources: the first depends on the second, and is deleted before it. */
export type DeletionPair = readonly [dependent: string, dependency: string];

/** All pairs of a state, including dependencies through other resources and components. */
export function deletionPairs(resources: readonly StateResource[]): DeletionPair[] {
  const direct = new Map(resources.map((resource) => [resource.urn, directDependencies(resource)]));
  return [...direct.keys()].flatMap((urn) => {
    const reached = new Set<string>();
    const waiting = [...(direct.get(urn) ?? [])];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (reached.has(next)) continue;
      reached.add(next);
      waiting.push(...(direct.get(next) ?? []));
    }
    return [...reached].map((dependency): DeletionPair => [urn, dependency]);
  });
}

function directDependencies({ parent, dependencies = [], propertyDependencies }: StateResource): string[] {
  const ofProperties = Object.values(propertyDependencies ?? {}).flatMap((urns) => urns ?? []);
  return [...(parent === undefined ? [] : [parent]), ...dependencies, ...ofProperties];
}

/** The pairs whose two resources these calls delete. */
export function deletedPairs(pairs: readonly DeletionPair[], calls: readonly RecordedCall[]): DeletionPair[] {
  const deleted = new Set(done(calls, "delete").map(({ urn }) => urn));
  return pairs.filter((pair) => pair.every((urn) => deleted.has(urn)));
}

/** Asserts that the deletion of each dependent was answered before that of its dependency began. */
export function assertDeletedInOrder(pairs: readonly DeletionPair[], calls: readonly RecordedCall[]): void {
  const deletions = new Map(done(calls, "delete").map((call) => [call.urn, call]));
  const nameOf = (urn: string) => urn.split("::").at(-1) ?? urn;
  const wrong = pairs.filter(([dependent, dependency]) => {
    const [first, then] = [deletions.get(dependent), deletions.get(dependency)];
    assert.ok(first && then, `${nameOf(dependent)} or ${nameOf(dependency)} was not deleted`);
    return first.answered === undefined || first.answered > then.serial;
  });
  assert.deepStrictEqual(
    wrong.map(([dependent, dependency]) => `${nameOf(dependency)} did not wait for ${nameOf(dependent)}`),
    [],
  );
}
