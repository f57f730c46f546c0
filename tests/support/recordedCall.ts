import type { Properties } from "./properties";

/** One call of the engine to a provider. Checks are not recorded: the engine asks for one before everything else. */
export interface RecordedCall {
  readonly operation: "configure" | "diff" | "create" | "update" | "delete" | "read" | "invoke";
  /** Whether the engine was only planning: nothing may be made then. */
  readonly preview: boolean;
  readonly urn: string;
  /** Type token without the parents', e.g. `kubernetes:core/v1:Secret`. */
  readonly type: string;
  /** Name in the program, the URN's last part. */
  readonly name: string;
  /** Identifier of the object, where it exists already. */
  readonly id?: string;
  /** What the program asks for; secrets are wrapped. Empty for a delete. */
  readonly inputs: Properties;
  /** What it asked for the last time; empty for a create. */
  readonly oldInputs: Properties;
  /** When it arrived: calls and answers are counted together, from 1. */
  readonly serial: number;
  /** When it was answered, in the same count. Two calls of which neither was answered before the other came did overlap. */
  answered?: number;
}

/** Type and name that an URN ends with. */
export function urnParts(urn: string): { type: string; name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name: name.join("::") };
}
