import type { PlainObject } from "../support/propertyValues";
import { commandProvider, scriptError, type ScriptRun, streamsOf, variablesOf } from "./commandProvider";
import { type CommandOutput, ProgramFailed, runProgram } from "./runProgram";
import { inputFailures } from "./validation";

/** The provider of `command.local.Command`. */
export const localCommand = commandProvider({
  complete: (news) => news,
  failures: (inputs) => inputFailures("command:local:Command", inputs),
  run: runHere,
});

async function runHere(run: ScriptRun): Promise<CommandOutput> {
  const { script, inputs } = run;
  try {
    return await runProgram({
      ...streamsOf(run),
      command: [...interpreter(inputs), script],
      env: variablesOf(run),
      endsGroup: false,
      dir: typeof inputs.dir === "string" ? inputs.dir : undefined,
    });
  } catch (error) {
    throw error instanceof ProgramFailed ? scriptError(error.message, script, error.printed) : error;
  }
}

function interpreter({ interpreter: given }: PlainObject): [string, ...string[]] {
  const [program, ...options] = Array.isArray(given) ? (given as string[]) : [];
  return program === undefined ? ["/bin/sh", "-c"] : [program, ...options];
}
