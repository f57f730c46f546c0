/** The result of one `preview`, `up`, `refresh` or `destroy`. */
export interface EngineOperation {
  /** Its standard output. */
  readonly output: string;
  /** Numbers of created, updated, unchanged resources: `{ create: 2, same: 30 }`. */
  readonly changes: Readonly<Record<string, number>>;
  /** All steps except for unchanged resources. */
  readonly steps: readonly EngineStep[];
}

/** One step of the engine. */
export interface EngineStep {
  /** The engine's name: `create`, `update`, `delete`, `replace`, `create-replacement`, `delete-replaced`, … */
  readonly operation: string;
  readonly urn: string;
  readonly type: string;
  /** Name in the program, the URN's last part. */
  readonly name: string;
  /** Changed paths: `spec.replicas`. Empty if the provider was not called for a diff. */
  readonly paths: readonly string[];
  /** Duration in whole seconds; undefined if it failed. */
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

/** Reads the log of the CLI's `--event-log`. For a command with a preview, returns only the steps after it. */
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
