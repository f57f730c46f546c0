import type { PlainValue } from "../support/propertyValues";
import { condition, isObject, type KubernetesObject, numberAt, textAt } from "./objects";
import type { Readiness } from "./readiness";

/** A condition from the annotation `pulumi.com/waitFor`. */
export type WaitFor = (object: KubernetesObject) => Readiness;

/**
 * Parses the annotation; undefined without one.
 * `jsonpath={.status.phase}=Bound`, `jsonpath={.status.address}`, `condition=Ready`, `condition=Ready=False`, or a JSON list of these.
 * @throws Error for anything else
 */
export function waitForOf(object: KubernetesObject): WaitFor | undefined {
  const text = textAt(object, "metadata", "annotations", "pulumi.com/waitFor");
  if (text === "") return undefined;
  const conditions = listOf(text).map(parse);
  return (live) => {
    if (isStale(live)) return { ready: false, progress: "waiting for the controller" };
    return conditions.map((check) => check(live)).find(({ ready }) => !ready) ?? { ready: true, progress: "" };
  };
}

function listOf(text: string): string[] {
  if (!text.trimStart().startsWith("[")) return [text];
  const list = JSON.parse(text) as string[];
  if (list.length === 0) throw new Error("pulumi.com/waitFor: at least one condition must be specified");
  return list;
}

function parse(expression: string): WaitFor {
  if (expression.startsWith("jsonpath=")) return jsonPath(expression);
  if (expression.startsWith("condition=")) return namedCondition(expression);
  throw new Error(`pulumi.com/waitFor: expected a "jsonpath=" or "condition=" prefix, got "${expression}"`);
}

/** Supports only plain names and indexes: `{.status.conditions[0].type}`. */
function jsonPath(expression: string): WaitFor {
  const [, path, wanted] = /^jsonpath='?\{((?:\.\w+|\[\d+\])+)\}'?(?:=(.*))?$/.exec(expression) ?? [];
  if (path === undefined) {
    throw new Error(`pulumi.com/waitFor: "${expression}" is not supported by the stand-in: see lab/plugins/README.md`);
  }
  const steps = [...path.matchAll(/\w+/g)].map(([step]) => step);
  return (object) => {
    const found = steps.reduce<PlainValue | undefined>(
      (inner, step) => (Array.isArray(inner) ? inner[Number(step)] : isObject(inner) ? inner[step] : undefined),
      object,
    );
    const isThere = found !== undefined && found !== null;
    const shown = isThere ? ` (found "${spoken(found)}")` : "";
    return {
      ready: isThere && (wanted === undefined || spoken(found) === wanted),
      progress: `Waiting for ${expression}${shown}`,
    };
  };
}

function namedCondition(expression: string): WaitFor {
  const [type = "", wanted = "True"] = expression.slice("condition=".length).split("=");
  return (object) => {
    const ready = textAt(condition(object, type), "status").toLowerCase() === wanted.toLowerCase();
    return { ready, progress: `Waiting for ${expression}` };
  };
}

function spoken(value: PlainValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isStale(object: KubernetesObject): boolean {
  const observed = numberAt(object, "status", "observedGeneration");
  return observed > 0 && observed < numberAt(object, "metadata", "generation");
}
