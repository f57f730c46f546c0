interface Listed {
  readonly metadata: { readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };
}

/** Filters of a list, by the names of kubectl's flags. */
export interface ListFlags {
  /** @default all namespaces */
  readonly namespace?: string | undefined;
  /** Label selector: `app=wordpress,tier=web`. */
  readonly selector?: string | undefined;
  /** Field selector: `metadata.name=web`. */
  readonly "field-selector"?: string | undefined;
}

/** The objects that kubectl lists. Cluster-scoped objects are in every list. */
export function listed<T extends Listed>(objects: readonly T[], flags: ListFlags): T[] {
  const { namespace, selector, "field-selector": fields } = flags;
  return objects.filter(
    (object) =>
      (namespace === undefined || [undefined, namespace].includes(object.metadata.namespace)) &&
      pairsOf(selector).every(([key, value]) => object.metadata.labels?.[key] === value) &&
      pairsOf(fields).every(([path, value]) => fieldOf(object, path) === value),
  );
}

/** The pairs of `key=value,…`. @throws Error for a selector of another form */
function pairsOf(selector = ""): [string, string][] {
  return selector
    .split(",")
    .filter(Boolean)
    .map((part) => {
      const [, key, value] = /^([^=!]+)={1,2}([^=]*)$/.exec(part) ?? [];
      if (key === undefined || value === undefined) throw new Error(`the tests' kubectl does not support: ${part}`);
      return [key, value];
    });
}

function fieldOf(object: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((inner, step) => (inner as Readonly<Record<string, unknown>> | undefined)?.[step], object);
}
