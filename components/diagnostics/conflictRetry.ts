import * as pulumi from "@pulumi/pulumi";
import { setTimeout as wait } from "node:timers/promises";

/** Attempts at an operation, the first one included. */
const attempts = 5;

/** Answer of an API server (HTTP 409) to a change of an object that another client has just changed. Nothing was changed. */
const conflict = "the object has been modified; please apply your changes to the latest version";

/** Whether an operation failed with a {@link conflict} and is retried. */
export function isRetried({ errors }: Pick<pulumi.ErrorHookArgs, "errors">): boolean {
  return errors.length < attempts && isConflict({ errors });
}

/** Whether the last attempt at an operation failed with a {@link conflict}. */
export function isConflict({ errors: [latest] }: Pick<pulumi.ErrorHookArgs, "errors">): boolean {
  return latest?.includes(conflict) ?? false;
}

/**
 * Retries every operation on a Kubernetes object that fails with a conflict. Controllers write the status of a workload, a
 * budget, or a schedule whenever a pod starts or ends. The provider's first update of an object, or one after changes by
 * hand, is then refused, because the object is no longer the one that the provider read. Call it before any resource is
 * registered.
 */
export function retryConflicts(): void {
  const hook = new pulumi.ErrorHook("conflict-retry", async (failure) => {
    if (!isRetried(failure)) return false;
    await wait(1000);
    return true;
  });
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) => {
    if (!type.startsWith("kubernetes:")) return undefined;
    const hooks = { ...opts.hooks, onError: [...(opts.hooks?.onError ?? []), hook] };
    return { props, opts: { ...opts, hooks } };
  });
}
