import * as pulumi from "@pulumi/pulumi";

/**
 * Called when a resource does not come up, or not in its new form: says what the cluster knows of it. The provider's own message follows,
 * and the failure stays one.
 */
export function reportHook(name: string, report: () => Promise<string>): pulumi.ErrorHook {
  return new pulumi.ErrorHook(name, async ({ failedOperation }) => {
    if (failedOperation !== "delete") await pulumi.log.error(await report());
    return false;
  });
}

/** What went wrong, for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
