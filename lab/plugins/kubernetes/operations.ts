import { setTimeout as wait } from "node:timers/promises";
import type { ResourceRequest } from "../support/provider";
import { ApiError, isNotFound } from "./api";
import { untilGone } from "./awaiting";
import { addressOf, type Cluster, UnknownKind } from "./cluster";
import { creator, handedOver, isAsCreated } from "./fieldManagers";
import { isAnnotated, type KubernetesObject, textAt } from "./objects";
import { maySkipDeletion, skipsAwait } from "./readiness";

/** Seconds between the attempts to create an object whose namespace or kind is not there yet: 31 in all. */
const retrySeconds = [1, 2, 4, 8, 16];

/** What an operation is about besides the object. */
export interface OperationContext {
  readonly cluster: Cluster;
  readonly request: ResourceRequest;
  /** The name under which the resource's fields are managed. */
  readonly fieldManager: string;
  readonly isPatch: boolean;
  /** Whether nothing is kept of it. */
  readonly dryRun: boolean;
}

/**
 * Makes an object.
 * @param upsert whether one that exists is taken over instead of being refused
 */
export async function createObject(
  object: KubernetesObject,
  { cluster, request, fieldManager, isPatch, dryRun }: OperationContext,
  { upsert, force }: { readonly upsert: boolean; readonly force: boolean },
): Promise<KubernetesObject> {
  const attempt = () =>
    upsert || isPatch
      ? cluster.apply(object, { fieldManager, force: force || forces(object) || dryRun, dryRun })
      : cluster.create(object, creator, dryRun);
  for (const seconds of dryRun ? [] : retrySeconds) {
    try {
      return await attempt();
    } catch (error) {
      const mayCome = isNotFound(error) || error instanceof UnknownKind;
      if (!mayCome || request.signal.aborted) throw explained(error, fieldManager);
      request.status("INFO", `Retry; creation failed: ${(error as Error).message}`);
      await wait(seconds * 1000);
    }
  }
  try {
    return await attempt();
  } catch (error) {
    throw explained(error, fieldManager);
  }
}

/**
 * Makes an object what it should be. What the creation, or kubectl, left under its own name is taken over first.
 * @param live the object as it is
 */
export async function updateObject(
  object: KubernetesObject,
  live: KubernetesObject,
  { cluster, fieldManager, isPatch, dryRun }: OperationContext,
  { force }: { readonly force: boolean },
): Promise<KubernetesObject> {
  const managers = isPatch || dryRun ? undefined : handedOver(live, fieldManager);
  if (managers) {
    await cluster.change(addressOf(object), [
      { op: "replace", path: "/metadata/managedFields", value: managers },
      { op: "replace", path: "/metadata/resourceVersion", value: textAt(live, "metadata", "resourceVersion") },
    ]);
  }
  const forced = force || forces(object) || (dryRun && isAsCreated(live));
  try {
    return await cluster.apply(object, { fieldManager, force: forced, dryRun });
  } catch (error) {
    throw explained(error, fieldManager);
  }
}

/** Deletes an object and waits until it is gone; the fields of a patch are given up instead. */
export async function deleteObject(
  object: KubernetesObject,
  inputs: KubernetesObject,
  { cluster, request, fieldManager, isPatch }: OperationContext,
): Promise<void> {
  if (isPatch) return giveUp(object, cluster, fieldManager);
  try {
    await cluster.delete(addressOf(object), propagation(inputs));
  } catch (error) {
    if (isNotFound(error) || error instanceof UnknownKind) return;
    throw error;
  }
  if (skipsAwait(inputs) && maySkipDeletion(inputs)) return;
  await untilGone(cluster, { object, inputs }, request);
}

/** Leaves the fields of a patch to their other managers; those that have none fall back to their defaults. */
async function giveUp(object: KubernetesObject, cluster: Cluster, fieldManager: string): Promise<void> {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace } = metadata;
  const identity = { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
  try {
    await cluster.apply(identity, { fieldManager, force: false, dryRun: false });
  } catch (error) {
    if (isNotFound(error)) return;
    if (!(error instanceof ApiError) || error.reason !== "Invalid" || !error.message.includes("Required value"))
      throw error;
    throw new Error(
      "this Patch resource is currently managing a required field, so it can't be deleted directly. Either set the " +
        `\`retainOnDelete\` resource option, or transfer ownership of the field before deleting: ${error.message}`,
      { cause: error },
    );
  }
}

function propagation(inputs: KubernetesObject): "Foreground" | "Background" | "Orphan" {
  const policy = textAt(inputs, "metadata", "annotations", "pulumi.com/deletionPropagationPolicy").toLowerCase();
  if (policy === "background") return "Background";
  return policy === "orphan" ? "Orphan" : "Foreground";
}

function forces(object: KubernetesObject): boolean {
  return isAnnotated(object, "pulumi.com/patchForce");
}

/** Errors as the official provider words them. */
function explained(error: unknown, fieldManager: string): unknown {
  if (!(error instanceof ApiError)) return error;
  if (error.reason === "AlreadyExists") {
    const hint =
      "The resource already exists in the cluster. To take it over: set upsertExistingObjects on the provider, or use " +
      "`pulumi import`.";
    return new ApiError(error.code, error.reason, `${error.message}\n\n${hint}`);
  }
  if (error.reason === "Conflict") {
    const message =
      "server-side apply field conflict detected\n" +
      `The resource managed by field manager "${fieldManager}" had an apply conflict: ${error.message}`;
    return new ApiError(error.code, error.reason, message);
  }
  return error;
}
