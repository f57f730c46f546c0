import * as assert from "node:assert";
import { property } from "../../support/properties";
import type { RecordedCall } from "../../support/recordedCall";

/**
 * Subject of a call: `StatefulSet/mariadb` for an object in the cluster, by its name there; `RandomPassword/keys-auth-key` for
 * other resources, by their name in the program.
 */
export function subject({ type, name, inputs, oldInputs }: RecordedCall): string {
  const kind = type.split(":").at(-1) ?? type;
  const named = property(inputs, "metadata.name") ?? property(oldInputs, "metadata.name");
  return `${kind}/${typeof named === "string" ? named : name}`;
}

/** Matches calls about a subject. @param operation @default any */
export function isAbout(name: string, operation?: RecordedCall["operation"]) {
  return (call: RecordedCall): boolean =>
    subject(call) === name && (operation === undefined || call.operation === operation);
}

/** The calls of one operation, without previews. */
export function done(calls: readonly RecordedCall[], operation: RecordedCall["operation"]): RecordedCall[] {
  return calls.filter((call) => call.operation === operation && !call.preview);
}

/** Subjects of the calls of one operation, without previews, in the order of arrival. */
export function subjects(calls: readonly RecordedCall[], operation: RecordedCall["operation"]): string[] {
  return done(calls, operation).map(subject);
}

/** The only call of an operation on a subject. @throws AssertionError unless there is exactly one */
export function only(
  calls: readonly RecordedCall[],
  operation: RecordedCall["operation"],
  about: string,
): RecordedCall {
  const found = done(calls, operation).filter((call) => subject(call) === about);
  assert.strictEqual(found.length, 1, `${found.length} times ${operation} ${about}, not once`);
  return found[0] as RecordedCall;
}

/** Sorted list of creations, updates, and deletions: `update StatefulSet/wordpress`. */
export function operations(calls: readonly RecordedCall[]): string[] {
  return calls
    .filter(({ operation, preview }) => !preview && ["create", "update", "delete"].includes(operation))
    .map((call) => `${call.operation} ${subject(call)}`)
    .sort();
}

/**
 * Asserts that all calls that match `first` were answered before any call that matches `then` began, and that both exist.
 * @param calls calls of one operation, e.g. all creations
 */
export function assertBefore(calls: readonly RecordedCall[], first: string | RegExp, then: string | RegExp): void {
  const matching = (pattern: string | RegExp) => {
    const found = calls.filter((call) =>
      typeof pattern === "string" ? subject(call) === pattern : pattern.test(subject(call)),
    );
    assert.ok(found.length > 0, `nothing matches ${pattern} in: ${calls.map(subject).join(", ")}`);
    return found;
  };
  for (const before of matching(first)) {
    for (const after of matching(then)) {
      const waited = before.answered !== undefined && before.answered < after.serial;
      assert.ok(waited, `${subject(after)} did not wait for ${subject(before)}`);
    }
  }
}
