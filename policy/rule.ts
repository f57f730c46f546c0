import type { PolicyResource } from "./resource";

/** A list that the file of `--policy-pack-config` can replace. */
export interface RuleList {
  readonly description: string;
  /** Default items. */
  readonly items: readonly string[];
}

export type RuleLists = Readonly<Record<string, readonly string[]>>;

/** A rule that checks one resource at a time. */
export interface Rule {
  readonly name: string;
  readonly description: string;
  readonly enforcementLevel: "mandatory" | "advisory";
  readonly lists?: Readonly<Record<string, RuleList>>;
  /** The violations of a resource, each with its remedy. @param lists the configured lists of this rule */
  readonly findings: (resource: PolicyResource, lists: RuleLists) => string[];
}

/** A rule's default lists. */
export function defaultsOf({ lists = {} }: Rule): RuleLists {
  return Object.fromEntries(Object.entries(lists).map(([name, { items }]) => [name, items]));
}
