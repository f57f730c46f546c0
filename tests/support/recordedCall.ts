import type { Properties } from "./properties";

/** One call of the engine to a provider. Checks, which precede all other calls, are not recorded. */
export interface RecordedCall {
  readonly operation: "configure" | "diff" | "create" | "update" | "delete" | "read" | "invoke";
  /** Whether it was a preview, in which nothing must be created. */
  readonly preview: boolean;
  readonly urn: string;
  /** Type token without the parents', e.g. `kubernetes:core/v1:Secret`. */
  readonly type: string;
  /** Name in the program, the URN's last part. */
  readonly name: string;
  /** ID of the object, if it exists. */
  readonly id?: string;
  /** The program's inputs, with wrapped secrets. Empty for a delete. */
  readonly inputs: Properties;
  /** The previous inputs; empty for a create. */
  readonly oldInputs: Properties;
  /** Sequence number of the call: calls and responses are counted together, from 1. */
  readonly serial: number;
  /** Sequence number of its response. Two calls overlap if each arrived before the other's response. */
  answered?: number;
}

/** Type and name at the end of a URN. */
export function urnParts(urn: string): { type: string; name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name: name.join("::") };
}
