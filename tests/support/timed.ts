/** What something resolved to, and the seconds that it took. */
export interface Timed<T> {
  readonly result: T;
  readonly seconds: number;
}

/** Does something. @returns what it resolves to, and the whole seconds that it took */
export async function timed<T>(work: () => Promise<T>): Promise<Timed<T>> {
  const { result, seconds } = await stopwatch(work);
  return { result, seconds: Math.round(seconds) };
}

/** The same, with the parts of a second. */
export async function stopwatch<T>(work: () => Promise<T>): Promise<Timed<T>> {
  const begun = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - begun) / 1000 };
}
