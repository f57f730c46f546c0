import { setTimeout as wait } from "node:timers/promises";

/**
 * Asks `condition` again and again until it is true.
 * @param timeoutMs milliseconds; false when it is not true by then
 * @param givenUp ends the wait early, with false
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
