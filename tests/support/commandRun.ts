import { type Properties, property, unwrappedRecord } from "./properties";
import type { RecordedCall } from "./recordedCall";

export const localCommand = "command:local:Command";

/** One run of a command, as the command provider executes it. */
export interface CommandRun {
  /** Name of the command in the program. */
  readonly name: string;
  /** The program, its options and the script, which is one argument. */
  readonly command: readonly [string, ...string[]];
  /** The program's variables, and the output of the last run in PULUMI_COMMAND_STDOUT. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The run that a call causes.
 * @param outputs the command's outputs before the call
 * @returns undefined if nothing runs: at preview, and for a delete without a script
 */
export function commandRun(call: RecordedCall, outputs: Properties): CommandRun | undefined {
  const { type, operation, name, preview } = call;
  if (type !== localCommand || preview) return undefined;
  const properties = unwrappedRecord(operation === "delete" ? call.oldInputs : call.inputs);
  const script = scriptFor(operation, properties);
  const environment = { ...record(properties.environment), ...lastOutput(outputs) };
  return typeof script === "string" ? { name, command: [...interpreter(properties), script], environment } : undefined;
}

function interpreter({ interpreter: given }: Properties): [string, ...string[]] {
  const [program, ...options] = Array.isArray(given) ? (given as string[]) : [];
  return program === undefined ? ["/bin/sh", "-c"] : [program, ...options];
}

function scriptFor(operation: RecordedCall["operation"], properties: Properties): unknown {
  if (operation === "delete") return properties.delete;
  return operation === "update" ? (properties.update ?? properties.create) : properties.create;
}

function lastOutput(outputs: Properties): Record<string, string> {
  const stdout = property(outputs, "stdout");
  return typeof stdout === "string" ? { PULUMI_COMMAND_STDOUT: stdout } : {};
}

function record(value: unknown): Record<string, string> {
  return typeof value === "object" && value !== null ? (value as Record<string, string>) : {};
}
