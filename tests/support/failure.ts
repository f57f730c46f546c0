import { CommandFailed } from "../../lab/support/processes";

/** Everything that a command printed that is to fail. @throws Error when it does not fail */
export async function failure(command: Promise<unknown>): Promise<string> {
  try {
    await command;
  } catch (error) {
    if (error instanceof CommandFailed && typeof error.code === "number") return error.output;
    throw error;
  }
  throw new Error("the command was to fail, and did not");
}
