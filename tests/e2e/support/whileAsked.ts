import { inspect } from "node:util";

/**
 * Asks a site again and again, one request after the other, while something else is done.
 * @param ask a request; it is given how many there were before it
 * @returns what was answered in the place of 200, and how many requests there were
 */
export async function whileAsked(
  ask: (index: number) => Promise<{ readonly status: number }>,
  work: () => Promise<void>,
): Promise<{ readonly failed: string[]; readonly count: number }> {
  const failed: string[] = [];
  let [count, goesOn] = [0, true];
  const load = (async () => {
    for (; goesOn; count++) {
      const { status } = await ask(count).catch((error: unknown) => ({ status: inspect(error) }));
      if (status !== 200) failed.push(String(status));
    }
  })();
  try {
    await work();
  } finally {
    goesOn = false;
    await load;
  }
  if (count === 0) throw new Error("no request was made meanwhile: that none failed says nothing");
  return { failed, count };
}
