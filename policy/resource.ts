/** A resource as a rule sees it: its inputs as plain values, including secrets. */
export interface PolicyResource {
  /** Pulumi's type, e.g. `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  /** Name of the stack. */
  readonly stack: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The option `protect`. */
  readonly protect: boolean;
  /** The option `additionalSecretOutputs`. */
  readonly secretOutputs: readonly string[];
}

/** Group and kind of a Kubernetes object, e.g. `apps/StatefulSet` or `core/Pod`. Undefined for any other resource. */
export function kindOf({ type }: PolicyResource): string | undefined {
  const [, group = "core", kind] = /^kubernetes:(?:([^/:]+)\/)?v\w+:(\w+)$/.exec(type) ?? [];
  return kind === undefined ? undefined : `${group}/${kind}`;
}

/** The fields of an object's field; empty if it does not exist. */
export function fieldsOf(inputs: Readonly<Record<string, unknown>>, field: string): Readonly<Record<string, unknown>> {
  return (inputs[field] ?? {}) as Readonly<Record<string, unknown>>;
}
