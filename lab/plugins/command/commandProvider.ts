import { randomBytes } from "node:crypto";
import { propertyChanges } from "../support/propertyDiff";
import {
  holdsUnknown,
  plain,
  type PlainObject,
  present,
  type Properties,
  sameValue,
  unknown,
} from "../support/propertyValues";
import type { CheckFailure, ResourceProvider, ResourceRequest } from "../support/provider";
import type { CommandOutput } from "./runProgram";

/** One run of a command's script. */
export interface ScriptRun {
  readonly script: string;
  /** The command's inputs. */
  readonly inputs: PlainObject;
  /** Output of the last run. */
  readonly last: CommandOutput;
  readonly request: ResourceRequest;
}

/** The differences between local and remote commands. */
export interface CommandKind {
  /** The inputs with their defaults. */
  readonly complete: (news: Properties) => Properties;
  readonly failures: (inputs: Properties) => CheckFailure[];
  /** @throws Error with the official plugin's message and all output */
  readonly run: (run: ScriptRun) => Promise<CommandOutput>;
}

/** Creates the provider of a kind of command. */
export const commandProvider = ({ complete, failures, run }: CommandKind): ResourceProvider => ({
  check({ news }) {
    const inputs = complete(news);
    return { inputs, failures: failures(inputs) };
  },
  diff: ({ oldInputs, news }) => ({
    changes: propertyChanges(oldInputs, news).map((change) => ({
      ...change,
      replaces: change.property === "triggers",
    })),
  }),
  async create(request) {
    const { name, inputs, preview } = request;
    if (preview) return { id: "", outputs: { ...inputs, stdout: unknown, stderr: unknown } };
    const output = await runIfAny(run, request, plain(inputs), "create");
    return {
      id: `${name}${randomBytes(4).toString("hex")}`,
      outputs: { ...inputs, ...output },
    };
  },
  async update(request) {
    const { news, state, preview } = request;
    if (preview) return { ...news, ...expected(state, news) };
    const inputs = plain(news);
    const which = typeof inputs.update === "string" ? "update" : "create";
    const output = await runIfAny(run, request, inputs, which, outputOf(state));
    return { ...news, ...output };
  },
  async delete(request) {
    await runIfAny(run, request, plain(request.state), "delete", outputOf(request.state));
  },
  read: ({ id, oldInputs, state }) => ({ id, inputs: oldInputs, outputs: state }),
});

/** Runs the script of that name. Without one, returns the output of the last run. */
async function runIfAny(
  run: CommandKind["run"],
  request: ResourceRequest,
  inputs: PlainObject,
  which: "create" | "update" | "delete",
  last: CommandOutput = { stdout: "", stderr: "" },
): Promise<CommandOutput> {
  const script = inputs[which];
  return typeof script === "string" ? run({ script, inputs, last, request }) : last;
}

function outputOf(state: Properties): CommandOutput {
  const { stdout, stderr } = plain(state);
  return { stdout: typeof stdout === "string" ? stdout : "", stderr: typeof stderr === "string" ? stderr : "" };
}

/**
 * The output that a preview reports for a pending run: unknown, unless the changes only affect inputs that the last run did not
 * have. The official plugin then reports the last output.
 */
function expected(state: Properties, news: Properties): Properties {
  const { stdout, stderr, ...olds } = state;
  const isOpen = holdsUnknown(news) || present(olds).some(([name, value]) => !sameValue(value, news[name]));
  return isOpen ? { stdout: unknown, stderr: unknown } : { stdout, stderr };
}

/** The environment variables of a command: its own, and the output of the last run. */
export function variablesOf({ inputs, last }: ScriptRun): Record<string, string> {
  const { environment, addPreviousOutputInEnv } = inputs;
  const own = typeof environment === "object" && environment !== null ? environment : {};
  return {
    ...(own as Record<string, string>),
    ...(addPreviousOutputInEnv !== false && last.stdout !== "" && { PULUMI_COMMAND_STDOUT: last.stdout }),
    ...(addPreviousOutputInEnv !== false && last.stderr !== "" && { PULUMI_COMMAND_STDERR: last.stderr }),
  };
}

/** Options that both kinds pass to the program that runs the script. */
export function streamsOf({ inputs, request }: ScriptRun) {
  const { stdin, logging } = inputs;
  return {
    stdin: typeof stdin === "string" ? stdin : "",
    logging: typeof logging === "string" ? logging : "stdoutAndStderr",
    request,
  };
}

/** A script's failure with the official plugin's message. */
export function scriptError(failure: string, script: string, printed: string): Error {
  return new Error(`${failure}: running ${JSON.stringify(script)}:\n${printed}`);
}
