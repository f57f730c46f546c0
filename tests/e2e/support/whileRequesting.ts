import { setTimeout as wait } from "node:timers/promises";
import { inspect } from "node:util";

/**
 * Sends requests to a site in sequence, with pauses of 100 ms, while `work` runs.
 * @param ask sends a request; its argument is the number of previous requests
 * @returns the statuses other than 200 (or errors), the number of requests, and the median of their durations in milliseconds
 */
export async function whileRequesting(
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
  if (count === 0) throw new Error("no request was sent while the work ran, so the absence of failures proves nothing");
  milliseconds.sort((one, other) => one - other);
  return { failed, count, medianMs: Math.round(milliseconds[Math.floor(count / 2)] ?? 0) };
}
