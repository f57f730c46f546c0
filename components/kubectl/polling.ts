/**
 * Looks once a second until nothing is left.
 * @param patienceSeconds whole seconds until it is given up
 * @param look what is left; it may also do something about it
 * @throws what `tooLate` makes of what is left then
 */
export async function pollUntilEmpty<T>(
  patienceSeconds: number,
  look: () => Promise<readonly T[]>,
  tooLate: (left: readonly T[]) => Error,
): Promise<void> {
  for (let second = 0; ; second++) {
    const left = await look();
    if (left.length === 0) return;
    if (second >= patienceSeconds) throw tooLate(left);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
