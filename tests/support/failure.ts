import { CommandFailed } from "../../lab/support/processes";

/** Returns the output of a command that must fail. @throws Error if it succeeds */
export async function failure(command: Promise<unknown>): Promise<string> {
  try {
    await command;
  } catch (error) {
    if (error instanceof CommandFailed && typeof error.code === "number") return error.output;
    throw error;
  }
  throw new Error("the command succeeded, but must fail");
}
