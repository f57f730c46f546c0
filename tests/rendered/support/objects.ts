import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { registeredByStack } from "../../support/golden";
import { unwrapped } from "../../support/properties";
import { withObjectCache } from "../../support/siteConfig";

/** An API object. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: unknown;
}

/** Objects by resource name. */
export type Objects = ReadonlyMap<string, KubernetesObject>;

const stacks = {
  dev: () => registeredByStack("dev"),
  "dev with content perPod": () => registeredByStack("dev", { content: "perPod", contentAccessMode: undefined }),
  "dev with an object cache": () => registeredByStack("dev", withObjectCache),
  production: () => registeredByStack("production"),
  openebs: () => registeredByStack("openebs"),
} as const;

export type RenderedStack = keyof typeof stacks;

/** The stacks whose objects are checked. */
export const renderedStacks = Object.keys(stacks) as RenderedStack[];

const rendered = new Map<RenderedStack, Objects>();

/** All Kubernetes objects that a stack registers, except for providers and Helm releases. */
export async function objectsOf(stack: RenderedStack): Promise<Objects> {
  const known = rendered.get(stack);
  if (known) return known;
  const registered = (await stacks[stack]()).filter(({ type }) => /^kubernetes:(?!helm\.sh)/.test(type));
  // Secrets have dummy values, because mocks generate none.
  const objects = new Map(registered.map(({ name, inputs }) => [name, unwrapped(inputs) as KubernetesObject]));
  assert.equal(objects.size, registered.length, "two objects have the same resource name");
  rendered.set(stack, objects);
  return objects;
}

/** Runs `work` with a file for each object, named like the resource. */
export async function inFiles<T>(objects: Objects, work: (files: readonly string[]) => Promise<T>): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "rendered-"));
  try {
    const files = [...objects].map(([name, object]) => {
      const file = path.join(folder, `${name}.json`);
      fs.writeFileSync(file, JSON.stringify(object));
      return file;
    });
    return await work(files);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Objects of which one has another value at a path. @param steps fields and list indexes of the path */
export function changed(
  objects: Objects,
  name: string,
  steps: readonly (string | number)[],
  value: unknown,
): Map<string, KubernetesObject> {
  const object: unknown = structuredClone(objects.get(name));
  const place = steps.slice(0, -1).reduce<unknown>((outer, step) => (outer as Fields)[step], object);
  (place as Fields)[steps.at(-1) ?? ""] = value;
  return new Map(objects).set(name, object as KubernetesObject);
}

type Fields = Record<string | number, unknown>;
