/** The middle value, or the mean of the two in the middle. @param values at least one */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  if (low === undefined || high === undefined) throw new Error("cannot compute the median of no values");
  return (low + high) / 2;
}

/** A median with the smallest and largest value. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** @param values at least one */
export function spread(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/** Formats a number with three significant digits, e.g. `10,400`, `0.23`. */
export function threeDigits(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: 3 });
}
