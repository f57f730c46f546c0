import type { PulumiFolder } from "../tests/support/pulumiFolder";
import { SmallProgram } from "../tests/plugins/support/smallProgram";
import { stopwatch } from "../tests/support/timed";

/** Seconds that Pulumi's commands take when nothing changed, for the program and for an empty one. */
export interface CommandTimes {
  readonly preview: number;
  readonly previewOfEmpty: number;
  readonly up: number;
  readonly upOfEmpty: number;
}

/** @param program a program whose stack is deployed */
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
