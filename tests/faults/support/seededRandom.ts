import { setTimeout as wait } from "node:timers/promises";

/**
 * Moments and targets of faults. They are the same in every run, unless `FAULT_SEED` is set, to a whole number: then they come from
 * that number, and the same number brings the same ones again.
 */
export class SeededRandom {
  private state: number | undefined;

  /** @param seed a whole number as text; without one, nothing is random */
  constructor(readonly seed: string | undefined) {
    if (seed !== undefined && !/^\d+$/.test(seed)) throw new Error(`FAULT_SEED: "${seed}" is no whole number`);
    this.state = seed === undefined ? undefined : Number(seed) >>> 0;
  }

  /** Waits for the moment of a fault: a second, or up to five. */
  async pause(): Promise<void> {
    await wait(this.state === undefined ? 1000 : 5000 * this.next());
  }

  /** The same things in the order in which they are to be hurt. */
  shuffle<T>(things: readonly T[]): T[] {
    if (this.state === undefined) return [...things];
    return things
      .map((thing) => ({ thing, place: this.next() }))
      .sort((one, other) => one.place - other.place)
      .map(({ thing }) => thing);
  }

  /** From 0 to below 1: mulberry32, by Tommy Ettinger, in the public domain. */
  private next(): number {
    this.state = ((this.state ?? 0) + 0x6d2b79f5) >>> 0;
    let bits = this.state;
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** The run's own. */
export const seededRandom = new SeededRandom(process.env.FAULT_SEED);
