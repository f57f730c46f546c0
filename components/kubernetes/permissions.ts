/** A permission that the user of the context needs. */
export interface Permission {
  readonly verb: string;
  readonly resource: string;
  readonly group?: string;
  readonly subresource?: string;
  /** Whether it applies to the stack's own namespace only. @default the whole cluster */
  readonly inNamespace?: boolean;
}

/** Verbs for objects that the provider manages. It watches each object until it is ready or deleted. */
export const everyVerb = ["get", "list", "watch", "create", "patch", "delete"];
