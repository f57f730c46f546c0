/** A result and its duration in seconds. */
export interface Timed<T> {
  readonly result: T;
  readonly seconds: number;
}

/** Runs `work`. @returns its result, and its duration in whole seconds */
export async function timed<T>(work: () => Promise<T>): Promise<Timed<T>> {
  const { result, seconds } = await stopwatch(work);
  return { result, seconds: Math.round(seconds) };
}

/** Runs `work`. @returns its result, and its duration in fractional seconds */
export async function stopwatch<T>(work: () => Promise<T>): Promise<Timed<T>> {
  const begun = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - begun) / 1000 };
}
