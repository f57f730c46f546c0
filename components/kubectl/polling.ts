/**
 * Polls once a second until a read returns an empty list.
 * @param timeoutSeconds whole seconds
 * @param read returns the remaining items; it may also act on them
 * @param timeoutError makes the error of the items that remain after the timeout
 * @throws the result of `timeoutError`
 */
export async function pollUntilEmpty<T>(
  timeoutSeconds: number,
  read: () => Promise<readonly T[]>,
  timeoutError: (remaining: readonly T[]) => Error,
): Promise<void> {
  for (let second = 0; ; second++) {
    const remaining = await read();
    if (remaining.length === 0) return;
    if (second >= timeoutSeconds) throw timeoutError(remaining);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
