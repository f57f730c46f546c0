import { randomBytes } from "node:crypto";
import { plain, type PlainObject, type Properties } from "../support/propertyValues";
import { isObject, type KubernetesObject, objectsAt, textAt } from "./objects";

/** The field manager that creates objects. The first update transfers their fields to the resource's own manager. */
export const creator = "pulumi-kubernetes";

/** Name prefixes of managers whose fields an update takes over: `kubectl` includes `kubectl-set` and `kubectl-edit`. */
const takenOver: readonly { readonly manager: string; readonly operation: string }[] = [
  { manager: "kubectl", operation: "Apply" },
  { manager: "kubectl", operation: "Update" },
  { manager: "before-first-apply", operation: "Update" },
  { manager: creator, operation: "Update" },
];

/** A new resource's own manager: the one that the program names, or a unique one. */
export function ownFieldManager(inputs: Properties): string {
  const stated = textAt(plain(inputs), "metadata", "annotations", "pulumi.com/patchFieldManager");
  return stated || `pulumi-kubernetes-${randomBytes(4).toString("hex")}`;
}

/**
 * The list of managers after `successor` has taken over; undefined if there is nothing to take over. Changes through a
 * subresource, such as `kubectl scale`, keep their manager.
 */
export function handedOver(object: KubernetesObject, successor: string): PlainObject[] | undefined {
  const entries = objectsAt(object, "metadata", "managedFields");
  const isOwn = (entry: PlainObject) => entry.manager === successor && entry.operation === "Apply";
  const isTaken = (entry: PlainObject) =>
    !textAt(entry, "subresource") &&
    takenOver.some(
      ({ manager, operation }) => textAt(entry, "manager")?.startsWith(manager) && entry.operation === operation,
    );
  const taken = entries.filter(isTaken);
  const last = taken.at(-1);
  if (!last) return undefined;
  const fields = [...entries.filter(isOwn), ...taken].map(({ fieldsV1 }) => (isObject(fieldsV1) ? fieldsV1 : {}));
  const own = { ...last, manager: successor, operation: "Apply", fieldsV1: fields.reduce(union, {}) };
  return [...entries.filter((entry) => !isOwn(entry) && !isTaken(entry)), own];
}

/** Whether the object's fields still belong to its creator. */
export function isAsCreated(object: KubernetesObject): boolean {
  return objectsAt(object, "metadata", "managedFields").some(
    ({ manager, operation }) => manager === creator && operation === "Update",
  );
}

function union(one: PlainObject, other: PlainObject): PlainObject {
  return Object.entries(other).reduce<PlainObject>((all, [name, value]) => {
    const before = all[name];
    return { ...all, [name]: isObject(before) && isObject(value) ? union(before, value) : value };
  }, one);
}
