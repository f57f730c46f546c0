import { isProperties, open, present, type Properties, type PropertyValue, sameValue } from "./propertyValues";

/** A difference between old and new inputs. */
export interface PropertyChange {
  /** The property path, as Pulumi writes it: `spec.ports[0].port`, `metadata.annotations["a.b/c"]`. */
  readonly path: string;
  readonly kind: "ADD" | "DELETE" | "UPDATE";
  /** The path's first step: the name of the input. */
  readonly property: string;
  /** All steps of the path. */
  readonly steps: readonly (string | number)[];
}

/** The innermost differences between old and new inputs. Whether a value is secret makes no difference. */
export function propertyChanges(olds: Properties, news: Properties): PropertyChange[] {
  return changesAt([], olds, news).map((change) => ({
    ...change,
    path: propertyPath(change.steps),
    property: String(change.steps[0]),
  }));
}

function changesAt(
  steps: readonly (string | number)[],
  before: PropertyValue | undefined,
  after: PropertyValue | undefined,
): Pick<PropertyChange, "steps" | "kind">[] {
  const [old, current] = [open(before), open(after)];
  if (sameValue(old, current)) return [];
  if (old === undefined) return [{ steps, kind: "ADD" }];
  if (current === undefined) return [{ steps, kind: "DELETE" }];
  if (Array.isArray(old) && Array.isArray(current)) {
    const length = Math.max(old.length, current.length);
    return Array.from({ length }, (_, index) => index).flatMap((index) =>
      changesAt([...steps, index], old[index], current[index]),
    );
  }
  if (isProperties(old) && isProperties(current)) {
    const names = [...new Set([...present(old), ...present(current)].map(([name]) => name))].sort();
    return names.flatMap((name) => changesAt([...steps, name], old[name], current[name]));
  }
  return [{ steps, kind: "UPDATE" }];
}

/** Formats steps as a Pulumi property path. */
export function propertyPath(steps: readonly (string | number)[]): string {
  return steps
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      if (/[.[\]"]/.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join("");
}
