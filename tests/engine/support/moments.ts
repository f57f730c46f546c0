import { type Properties, unwrappedRecord } from "../../support/properties";
import type { RecordedCall } from "../../support/recordedCall";
import { subject } from "./calls";

/** Objects that a cluster holds, by subject: `Service/wordpress`. */
export type World = ReadonlyMap<string, Properties>;

/** A moment of an `up`, and every form in which the cluster may be then. */
export interface Moment {
  /** The call that began or ended, for messages. */
  readonly at: string;
  readonly worlds: readonly World[];
}

/**
 * What the cluster may hold whenever a call begins or ends. While a call is under way, its object has the previous form or the next
 * one, and calls that overlap do so independently of each other.
 * @param before objects that were there before the first call
 * @param isMeant which objects are of interest: each that is under way doubles the worlds
 */
export function momentsOf(
  before: readonly RecordedCall[],
  calls: readonly RecordedCall[],
  isMeant: (call: RecordedCall) => boolean,
): Moment[] {
  const forms = new Map(
    before.filter(isMeant).map((call) => [subject(call), [unwrappedRecord(call.inputs)] as (Properties | undefined)[]]),
  );
  const changes = calls
    .filter(({ operation, preview }) => !preview && ["create", "update", "delete"].includes(operation))
    .filter(isMeant);
  const events = changes.flatMap((call) => [
    { time: call.serial, call, ends: false },
    { time: call.answered ?? Infinity, call, ends: true },
  ]);
  return events
    .sort((one, other) => one.time - other.time)
    .map(({ call, ends }) => {
      const name = subject(call);
      const next = call.operation === "delete" ? undefined : unwrappedRecord(call.inputs);
      forms.set(name, ends ? [next] : [...(forms.get(name) ?? [undefined]), next]);
      return { at: `${ends ? "end" : "begin"} of ${call.operation} ${name}`, worlds: worldsOf(forms) };
    });
}

function worldsOf(forms: ReadonlyMap<string, readonly (Properties | undefined)[]>): World[] {
  let worlds: World[] = [new Map<string, Properties>()];
  for (const [name, possible] of forms) {
    worlds = worlds.flatMap((world) =>
      possible.map((form) => (form === undefined ? world : new Map<string, Properties>([...world, [name, form]]))),
    );
  }
  return worlds;
}
