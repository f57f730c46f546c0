import { setTimeout as wait } from "node:timers/promises";

/**
 * Polls `condition` until it is true.
 * @param timeoutMs milliseconds; returns false if it is not true by then
 * @param givenUp ends the wait early; returns false
 */
export async function until(
  condition: () => Promise<boolean>,
  timeoutMs: number,
  givenUp: () => boolean = () => false,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (await condition().catch(() => false)) return true;
    if (Date.now() > deadline || givenUp()) return false;
    await wait(200);
  }
}
