/** What one `preview`, `up`, `refresh` or `destroy` did. */
export interface EngineOperation {
  /** What it printed to standard output. */
  readonly output: string;
  /** How many resources it created, updated, left as they are: `{ create: 2, same: 30 }`. */
  readonly changes: Readonly<Record<string, number>>;
  /** Every resource that it did not leave as it is. */
  readonly steps: readonly EngineStep[];
}

/** One step of the engine's. */
export interface EngineStep {
  /** In the engine's words: `create`, `update`, `delete`, `replace`, `create-replacement`, `delete-replaced`, … */
  readonly operation: string;
  readonly urn: string;
  readonly type: string;
  /** Name in the program, the URN's last part. */
  readonly name: string;
  /** Where it differs: `spec.replicas`. Empty where the provider was not asked. */
  readonly paths: readonly string[];
  /** Whole seconds that it took; undefined where it failed. */
  readonly seconds: number | undefined;
}

interface StepEvent {
  readonly planning?: boolean;
  readonly metadata: {
    readonly op: string;
    readonly urn: string;
    readonly type: string;
    readonly detailedDiff?: Readonly<Record<string, unknown>> | null;
  };
}

interface EngineEvent {
  /** Whole seconds since 1970. */
  readonly timestamp: number;
  readonly resourcePreEvent?: StepEvent;
  readonly resOutputsEvent?: StepEvent;
  readonly summaryEvent?: { readonly resourceChanges: Readonly<Record<string, number>> };
}

/** Reads the log that the CLI's `--event-log` writes; of a command that plans first, only what it did then. */
export function readEngineLog(text: string): Pick<EngineOperation, "changes" | "steps"> {
  const events = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as EngineEvent);
  const summaries = events.flatMap(({ summaryEvent }) => summaryEvent ?? []);
  const begun = events.flatMap(({ resourcePreEvent, timestamp }) =>
    resourcePreEvent ? [{ ...resourcePreEvent, timestamp }] : [],
  );
  const planned = begun.every(({ planning }) => planning);
  const endOf = ({ planning, metadata: { urn, op } }: StepEvent) =>
    events.find(
      ({ resOutputsEvent: ended }) =>
        ended?.metadata.urn === urn && ended.metadata.op === op && Boolean(ended.planning) === Boolean(planning),
    )?.timestamp;
  const steps = begun
    .filter(({ planning, metadata }) => Boolean(planning) === planned && metadata.op !== "same")
    .map((event) => {
      const { op, urn, type, detailedDiff } = event.metadata;
      const end = endOf(event);
      return {
        operation: op,
        urn,
        type,
        name: urn.split("::").at(-1) ?? "",
        paths: Object.keys(detailedDiff ?? {}),
        seconds: end === undefined ? undefined : end - event.timestamp,
      };
    });
  return { changes: summaries.at(-1)?.resourceChanges ?? {}, steps };
}
