import { type Properties, unwrappedRecord } from "../../support/properties";
import type { RecordedCall } from "../../support/recordedCall";
import { subject } from "./calls";

/** Objects in a cluster, by subject: `Service/wordpress`. */
export type World = ReadonlyMap<string, Properties>;

/** A moment of an `up`, and every state that the cluster may have then. */
export interface Moment {
  /** The call that began or ended, for messages. */
  readonly at: string;
  readonly worlds: readonly World[];
}

/**
 * The possible states of the cluster whenever a call begins or ends. During a call its object has the previous form or the
 * next one, independently of overlapping calls.
 * @param before objects before the first call
 * @param isMeant selects the objects of interest: each call in progress doubles the number of states
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
