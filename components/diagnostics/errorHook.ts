import * as pulumi from "@pulumi/pulumi";
import { configRemove, configSet } from "../../stacks/config/rules";
import { isConflict } from "./conflictRetry";

/**
 * Called when a resource does not come up, or not in its new form: says what the cluster knows of it. The provider's own message follows,
 * and the failure stays one.
 */
export function reportHook(name: string, report: () => Promise<string>): pulumi.ErrorHook {
  return new pulumi.ErrorHook(name, async (failure) => {
    const text = await reportOn(failure, report);
    if (text !== undefined) await pulumi.log.error(text);
    return false;
  });
}

/** What is said of a failed operation; nothing of a deletion, nor of a conflict, which says itself what it is. @param report what the cluster knows of an object that did not come up */
export async function reportOn(
  { failedOperation, errors }: Pick<pulumi.ErrorHookArgs, "failedOperation" | "errors">,
  report: () => Promise<string>,
): Promise<string | undefined> {
  if (failedOperation === "delete" || isConflict({ errors })) return undefined;
  return errors.some((error) => error.includes(" already exists")) ? unknownObject : report();
}

/** The object is there and may be as it should be: the state does not know it. */
const unknownObject = [
  "It is on the cluster already and this stack's state does not know it: a pulumi up was cut off after it had made it.",
  `Take it over, once: ${configSet("kubernetes:upsertExistingObjects", "true")} && pulumi up`,
  `and then: ${configRemove("kubernetes:upsertExistingObjects")} && pulumi up`,
].join("\n");

/** What went wrong, for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
