/** A request that did not end as it has to. */
export interface FailedRequest {
  /** Milliseconds since the load began. */
  readonly atMs: number;
  readonly reason: string;
}

/** How requests of one kind ended, and for how long none did well. Times are whole milliseconds. */
export class Tally {
  readonly failed: FailedRequest[] = [];
  /** Requests that ended well. */
  count = 0;
  /** Those of them that did so since the last one failed, or since it was set to 0. */
  streak = 0;
  private readonly begunAt = Date.now();
  private lastAt = this.begunAt;
  private longestGapMs = 0;

  succeeded(): void {
    this.longestGapMs = this.longestOutageMs;
    this.lastAt = Date.now();
    this.count++;
    this.streak++;
  }

  failedWith(error: unknown): void {
    this.streak = 0;
    this.failed.push({ atMs: Date.now() - this.begunAt, reason: String(error) });
  }

  /** The longest span in which no request ended well, up to now. */
  get longestOutageMs(): number {
    return Math.max(this.longestGapMs, Date.now() - this.lastAt);
  }
}
