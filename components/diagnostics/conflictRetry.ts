import * as pulumi from "@pulumi/pulumi";
import { setTimeout as wait } from "node:timers/promises";

/** How often an object is tried in all. */
const attempts = 5;

/** What an API server answers to a change of an object that somebody else has just changed. Nothing of the change was made. */
const conflict = "the object has been modified; please apply your changes to the latest version";

/** Whether an operation failed for a {@link conflict}, and is to be tried again. */
export function isRetried({ errors }: Pick<pulumi.ErrorHookArgs, "errors">): boolean {
  return errors.length < attempts && isConflict({ errors });
}

/** Whether the last attempt at an operation failed for a {@link conflict}. */
export function isConflict({ errors: [latest] }: Pick<pulumi.ErrorHookArgs, "errors">): boolean {
  return latest?.includes(conflict) ?? false;
}

/**
 * Has every object of the stack's in Kubernetes tried again where its change crossed one of the cluster's own: a controller writes the status
 * of a workload, a budget or a schedule whenever a pod starts or ends, and the provider's first update of an object, or one after changes by
 * hand, is refused when the object is no longer the one that it has read. Call it before anything is registered.
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
