import { isProperties, open, type Properties, Secret } from "../support/propertyValues";
import { commandProvider, scriptError, type ScriptRun, streamsOf, variablesOf } from "./commandProvider";
import { type CommandOutput, ProgramFailed } from "./runProgram";
import { type SshConnection, SshSession } from "./ssh";
import { connectionFailures, inputFailures } from "./validation";

/** Defaults of the official plugin. `dialErrorLimit` counts failed attempts; `perDialTimeout` is in seconds for each attempt. */
const defaults = { user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 };

/** The provider of `command.remote.Command`. */
export const remoteCommand = commandProvider({
  complete: (news) => {
    const given = open(news.connection);
    if (!isProperties(given)) return news;
    return { ...news, connection: new Secret({ ...defaults, ...withoutNulls(given) }) };
  },
  failures: (inputs) => [
    ...inputFailures("command:remote:Command", inputs),
    ...connectionFailures(open(inputs.connection)),
  ],
  run: runThere,
});

async function runThere(run: ScriptRun): Promise<CommandOutput> {
  const { script, inputs, request } = run;
  // Check has validated it.
  const connection = inputs.connection as unknown as SshConnection;
  const session = new SshSession(connection);
  try {
    await session.dial(request);
    return await session.run({ ...streamsOf(run), script, env: variablesOf(run) });
  } catch (error) {
    throw error instanceof ProgramFailed ? scriptError(error.message, script, error.printed) : error;
  } finally {
    session.close();
  }
}

function withoutNulls(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => open(value) !== null));
}
