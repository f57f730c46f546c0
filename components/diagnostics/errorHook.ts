import * as pulumi from "@pulumi/pulumi";
import { configRemove, configSet } from "../../stacks/config/commands";
import { isConflict } from "./conflictRetry";

/**
 * Logs the cluster's reasons when the creation or an update of a resource fails. The operation still fails, and the
 * provider's own message follows.
 */
export function reportHook(name: string, report: () => Promise<string>): pulumi.ErrorHook {
  return new pulumi.ErrorHook(name, async (failure) => {
    const text = await reportOn(failure, report);
    if (text !== undefined) await pulumi.log.error(text);
    return false;
  });
}

/**
 * Text to log about a failed operation; undefined for a deletion and for a conflict, whose own message is enough.
 * @param report reads the cluster's reasons for an object that is not ready
 */
export async function reportOn(
  { failedOperation, errors }: Pick<pulumi.ErrorHookArgs, "failedOperation" | "errors">,
  report: () => Promise<string>,
): Promise<string | undefined> {
  if (failedOperation === "delete" || isConflict({ errors })) return undefined;
  return errors.some((error) => error.includes(" already exists")) ? unknownObject : report();
}

/** For an object that exists in the cluster and not in the state. It may be as configured. */
const unknownObject = [
  "The object exists in the cluster, but not in this stack's state: a pulumi up was interrupted after it created the object.",
  `Take the object over, once: ${configSet("kubernetes:upsertExistingObjects", "true")} && pulumi up`,
  `and then: ${configRemove("kubernetes:upsertExistingObjects")} && pulumi up`,
].join("\n");

/** The message of an error of any type. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
