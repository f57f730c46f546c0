/** A failed request. */
export interface FailedRequest {
  /** Milliseconds since the load began. */
  readonly atMs: number;
  readonly reason: string;
  /** Whether it failed because the client was logged out. */
  readonly isLoggedOut: boolean;
}

/** A request that the site refused because the client is no longer logged in. */
export class LoggedOut extends Error {}

/** Counts the results of requests of one kind, and measures the longest outage. Times are whole milliseconds. */
export class Tally {
  readonly failed: FailedRequest[] = [];
  /** Number of successful requests. */
  count = 0;
  /** Successful requests since the last failure, or since it was set to 0. */
  streak = 0;
  private readonly begunAt: number;
  private lastAt: number;
  private longestGapMs = 0;

  /** @param now the time in milliseconds. @default the machine's */
  constructor(private readonly now: () => number = Date.now) {
    this.begunAt = this.lastAt = now();
  }

  succeeded(): void {
    this.longestGapMs = this.longestOutageMs;
    this.lastAt = this.now();
    this.count++;
    this.streak++;
  }

  failedWith(error: unknown): void {
    this.streak = 0;
    const isLoggedOut = error instanceof LoggedOut;
    this.failed.push({ atMs: this.now() - this.begunAt, reason: String(error), isLoggedOut });
  }

  /** The longest period without a successful request, up to now. */
  get longestOutageMs(): number {
    return Math.max(this.longestGapMs, this.now() - this.lastAt);
  }
}
