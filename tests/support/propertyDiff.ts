import { isDeepStrictEqual } from "node:util";
import { isRecord, pathSteps, type Properties, unwrapped } from "./properties";

/** A difference between two sets of properties. */
export interface Difference {
  /** The path in Pulumi's format: `spec.ports[0].port`, `metadata.annotations["pulumi.com/skipAwait"]`. */
  readonly path: string;
  readonly kind: "ADD" | "DELETE" | "UPDATE";
}

/** The innermost differences. Whether a value is secret makes no difference. */
export function differences(before: Properties, after: Properties): Difference[] {
  return below(unwrapped(before), unwrapped(after), "");
}

/** Whether a path equals another one or is inside it: `spec.template.spec` is within `spec.template`. */
export function isWithin(path: string, outer: string): boolean {
  const steps = pathSteps(path);
  return pathSteps(outer).every((step, index) => steps[index] === step);
}

function below(before: unknown, after: unknown, path: string): Difference[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (before === undefined) return [{ path, kind: "ADD" }];
  if (after === undefined) return [{ path, kind: "DELETE" }];
  if (Array.isArray(before) && Array.isArray(after)) {
    const longest = Math.max(before.length, after.length);
    return Array.from({ length: longest }, (_, index) =>
      below(before[index], after[index], `${path}[${index}]`),
    ).flat();
  }
  if (isRecord(before) && isRecord(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => below(before[key], after[key], inside(path, key)));
  }
  return [{ path, kind: "UPDATE" }];
}

function inside(path: string, key: string): string {
  if (!/^[A-Za-z_]\w*$/.test(key)) return `${path}["${key}"]`;
  return path === "" ? key : `${path}.${key}`;
}
