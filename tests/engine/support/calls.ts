import * as assert from "node:assert";
import { property } from "../../support/properties";
import type { RecordedCall } from "../../support/recordedCall";

/**
 * What a call is about, as people say it: `StatefulSet/mariadb` for an object in the cluster, by its name there;
 * `RandomPassword/keys-auth-key` for anything else, by its name in the program.
 */
export function subject({ type, name, inputs, oldInputs }: RecordedCall): string {
  const kind = type.split(":").at(-1) ?? type;
  const named = property(inputs, "metadata.name") ?? property(oldInputs, "metadata.name");
  return `${kind}/${typeof named === "string" ? named : name}`;
}

/** Whether a call is about a subject. @param operation @default any */
export function isAbout(name: string, operation?: RecordedCall["operation"]) {
  return (call: RecordedCall): boolean =>
    subject(call) === name && (operation === undefined || call.operation === operation);
}

/** The calls of one operation, plans left out. */
export function done(calls: readonly RecordedCall[], operation: RecordedCall["operation"]): RecordedCall[] {
  return calls.filter((call) => call.operation === operation && !call.preview);
}

/** Subjects of the calls of one operation, plans left out, in the order of arrival. */
export function subjects(calls: readonly RecordedCall[], operation: RecordedCall["operation"]): string[] {
  return done(calls, operation).map(subject);
}

/** The one call of an operation on a subject. @throws AssertionError where there is none, or more than one */
export function only(
  calls: readonly RecordedCall[],
  operation: RecordedCall["operation"],
  about: string,
): RecordedCall {
  const found = done(calls, operation).filter((call) => subject(call) === about);
  assert.strictEqual(found.length, 1, `${found.length} times ${operation} ${about}, not once`);
  return found[0] as RecordedCall;
}

/** What was made, changed or deleted, for messages and comparisons: `update StatefulSet/wordpress`, sorted. */
export function deeds(calls: readonly RecordedCall[]): string[] {
  return calls
    .filter(({ operation, preview }) => !preview && ["create", "update", "delete"].includes(operation))
    .map((call) => `${call.operation} ${subject(call)}`)
    .sort();
}

/**
 * Asserts that everything that matches `first` was done and answered before anything that matches `then` began, and that
 * there is something of both.
 * @param calls all of one operation's, e.g. what was created
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
