import { setTimeout as wait } from "node:timers/promises";
import type { ResourceRequest } from "../support/provider";
import { ApiError, isNotFound } from "./api";
import { untilGone } from "./awaiting";
import { addressOf, type Cluster, UnknownKind } from "./cluster";
import { creator, handedOver, isAsCreated } from "./fieldManagers";
import { isAnnotated, type KubernetesObject, textAt } from "./objects";
import { maySkipDeletion, skipsAwait } from "./readiness";

/** Seconds between attempts to create an object whose namespace or kind does not exist yet: 31 in all. */
const retrySeconds = [1, 2, 4, 8, 16];

/** The context of an operation on an object. */
export interface OperationContext {
  readonly cluster: Cluster;
  readonly request: ResourceRequest;
  /** The field manager of the resource. */
  readonly fieldManager: string;
  readonly isPatch: boolean;
  /** Whether the server persists nothing. */
  readonly dryRun: boolean;
}

/**
 * Creates an object.
 * @param upsert whether to take over an existing object instead of failing
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
 * Updates an object. First takes over the fields of its creator and of kubectl.
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

/** Deletes an object and waits for its deletion. A patch gives up its fields instead. */
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

/** Gives up the fields of a patch. Fields without another manager return to their defaults. */
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

/** Converts errors to the official provider's messages. */
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
