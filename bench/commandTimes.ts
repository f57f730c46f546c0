import type { PulumiFolder } from "../tests/support/pulumiFolder";
import { SmallProgram } from "../tests/plugins/support/smallProgram";
import { stopwatch } from "../tests/support/timed";

/** Seconds of Pulumi's commands where nothing changed: of a program, and of one that has nothing in it. */
export interface CommandTimes {
  readonly preview: number;
  readonly previewOfEmpty: number;
  readonly up: number;
  readonly upOfEmpty: number;
}

/** @param program with a stack that is up */
export async function commandTimes(program: PulumiFolder): Promise<CommandTimes> {
  const empty = await SmallProgram.start("", { environment: program.environment });
  try {
    await empty.up();
    const seconds = async (work: () => Promise<unknown>) => (await stopwatch(work)).seconds;
    return {
      previewOfEmpty: await seconds(() => empty.preview()),
      preview: await seconds(() => program.preview()),
      upOfEmpty: await seconds(() => empty.up()),
      up: await seconds(() => program.up()),
    };
  } finally {
    empty.remove();
  }
}
