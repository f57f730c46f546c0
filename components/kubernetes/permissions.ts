/** What the user of the context must be allowed to do. */
export interface Permission {
  readonly verb: string;
  readonly resource: string;
  readonly group?: string;
  readonly subresource?: string;
  /** Only in the stack's own namespace; without it, in the whole cluster. */
  readonly inNamespace?: boolean;
}

/** Whoever may not watch what the provider makes waits for it in vain: it follows each object until it is there, or gone. */
export const everyVerb = ["get", "list", "watch", "create", "patch", "delete"];
