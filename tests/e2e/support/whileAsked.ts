import { setTimeout as wait } from "node:timers/promises";
import { inspect } from "node:util";

/**
 * Asks a site again and again, one request after the other and a tenth of a second between two, while something else is done.
 * @param ask a request; it is given how many there were before it
 * @returns what was answered in the place of 200, how many requests there were, and the median of their milliseconds
 */
export async function whileAsked(
  ask: (index: number) => Promise<{ readonly status: number }>,
  work: () => Promise<void>,
): Promise<{ readonly failed: string[]; readonly count: number; readonly medianMs: number }> {
  const failed: string[] = [];
  const milliseconds: number[] = [];
  let [count, goesOn] = [0, true];
  const load = (async () => {
    for (; goesOn; count++) {
      const begun = performance.now();
      const { status } = await ask(count).catch((error: unknown) => ({ status: inspect(error) }));
      milliseconds.push(performance.now() - begun);
      if (status !== 200) failed.push(String(status));
      // The other specs need the processors, too.
      await wait(100);
    }
  })();
  try {
    await work();
  } finally {
    goesOn = false;
    await load;
  }
  if (count === 0) throw new Error("no request was made meanwhile: that none failed says nothing");
  milliseconds.sort((one, other) => one - other);
  return { failed, count, medianMs: Math.round(milliseconds[Math.floor(count / 2)] ?? 0) };
}
