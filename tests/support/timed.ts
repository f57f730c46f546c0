/** Does something. @returns what it resolves to, and the whole seconds that it took */
export async function timed<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly seconds: number }> {
  const begin = Date.now();
  const result = await work();
  return { result, seconds: Math.round((Date.now() - begin) / 1000) };
}
