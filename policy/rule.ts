import type { PolicyResource } from "./resource";

/** A list that the file of `--policy-pack-config` may replace. */
export interface RuleList {
  readonly description: string;
  /** What is in it where that file says nothing. */
  readonly items: readonly string[];
}

export type RuleLists = Readonly<Record<string, readonly string[]>>;

/** A rule about one resource at a time. */
export interface Rule {
  readonly name: string;
  readonly description: string;
  readonly enforcementLevel: "mandatory" | "advisory";
  readonly lists?: Readonly<Record<string, RuleList>>;
  /** What is wrong with a resource, each with what to do. @param lists those of this rule */
  readonly findings: (resource: PolicyResource, lists: RuleLists) => string[];
}

/** A rule's lists where nothing else is configured. */
export function defaultsOf({ lists = {} }: Rule): RuleLists {
  return Object.fromEntries(Object.entries(lists).map(([name, { items }]) => [name, items]));
}
