import { setTimeout as wait } from "node:timers/promises";

/**
 * Random times and targets of faults. Without `FAULT_SEED` they are the same in every run. Set `FAULT_SEED` to a whole number to derive
 * them from it: the same number reproduces the same ones.
 */
export class SeededRandom {
  private state: number | undefined;

  /** @param seed a whole number as text; without one, nothing is random */
  constructor(readonly seed: string | undefined) {
    if (seed !== undefined && !/^\d+$/.test(seed)) throw new Error(`FAULT_SEED: "${seed}" is no whole number`);
    this.state = seed === undefined ? undefined : Number(seed) >>> 0;
  }

  /** Waits until the time of a fault: 1 s without a seed, else up to 5 s. */
  async pause(): Promise<void> {
    await wait(this.state === undefined ? 1000 : 5000 * this.next());
  }

  /** The things in random order; in the given order without a seed. */
  shuffle<T>(things: readonly T[]): T[] {
    if (this.state === undefined) return [...things];
    return things
      .map((thing) => ({ thing, place: this.next() }))
      .sort((one, other) => one.place - other.place)
      .map(({ thing }) => thing);
  }

  /** A number from 0 to below 1, by mulberry32 of Tommy Ettinger, in the public domain. */
  next(): number {
    this.state = ((this.state ?? 0) + 0x6d2b79f5) >>> 0;
    let bits = this.state;
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** The randomness of this run. */
export const seededRandom = new SeededRandom(process.env.FAULT_SEED);
