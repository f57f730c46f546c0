import type { LoadFigures } from "../../e2e/support/load";
import { limitText, slack } from "../../support/until";

/** The limits of a fault's impact. In any case no acknowledged write is lost, and the site recovers. */
export interface Limits {
  /** Failed reads. */
  readonly failedReads: number;
  /** Failed writes, except those of writers that were logged out. */
  readonly failedWrites: number;
  /** Failed writes of writers that were logged out. @default 0 */
  readonly loggedOut?: number;
  /** Longest time in seconds without a successful read, and without a successful write. */
  readonly outageSeconds: number;
}

/** No request fails, but requests may be slow. */
const noneFails: Limits = { failedReads: 0, failedWrites: 0, outageSeconds: 15 };

/**
 * Limits by fault: about three times the figures of processors half as fast as those of docs/development/reliability.md, where the database takes
 * twice as long to start. `TEST_SLACK` multiplies all of them.
 */
export const limits = {
  image: noneFails,
  keyRotation: { ...noneFails, loggedOut: 20 },
  passwordRotation: noneFails,
  replicas: noneFails,
  nameServerSilent: noneFails,
  healthChecksLate: noneFails,
  siteNodeDrained: noneFails,
  databaseNodeDrained: { failedReads: 150, failedWrites: 45, outageSeconds: 30 },
  siteNodeStops: { failedReads: 30, failedWrites: 10, outageSeconds: 18 },
  databaseNodeStops: { failedReads: 150, failedWrites: 45, outageSeconds: 50 },
  // This includes the 40 to 50 s until the cluster detects the failed node.
  databaseNodeDies: { failedReads: 540, failedWrites: 165, outageSeconds: 140 },
  databaseKilled: { failedReads: 75, failedWrites: 25, outageSeconds: 20 },
  apacheKilled: { failedReads: 20, failedWrites: 6, outageSeconds: 6 },
  sitePodsDeleted: noneFails,
  databasePodDeleted: { failedReads: 100, failedWrites: 30, outageSeconds: 30 },
  sitePodsKilled: { failedReads: 30, failedWrites: 6, outageSeconds: 12 },
  databasePodKilled: { failedReads: 75, failedWrites: 25, outageSeconds: 30 },
} as const satisfies Record<string, Limits>;

/** The exceeded limits, one line each. @param factor multiplies each limit */
export function exceeded(figures: LoadFigures, limits: Limits, factor: number = slack): string[] {
  const { failedReads, failedWrites } = figures;
  const refused = failedWrites.filter(({ isLoggedOut }) => isLoggedOut);
  const other = failedWrites.filter(({ isLoggedOut }) => !isLoggedOut);
  const reasons = (requests: typeof failedWrites) => [...new Set(requests.map(({ reason }) => reason))].join("; ");
  const tooMany = (what: string, requests: typeof failedWrites, most: number) =>
    requests.length <= most * factor
      ? []
      : [`${requests.length} ${what}, more than ${most * factor}: ${reasons(requests)}`];
  const tooLong = (what: string, milliseconds: number) =>
    milliseconds <= limits.outageSeconds * factor * 1000
      ? []
      : [
          `${(milliseconds / 1000).toFixed(1)} s without a ${what}, more than ${limitText(limits.outageSeconds, factor)}`,
        ];
  return [
    ...tooMany("reads failed", failedReads, limits.failedReads),
    ...tooMany("writes failed", other, limits.failedWrites),
    ...tooMany("writes of writers that were logged out", refused, limits.loggedOut ?? 0),
    ...tooLong("read", figures.longestReadOutageMs),
    ...tooLong("write", figures.longestWriteOutageMs),
  ];
}

/** Describes the limits for docs/development/reliability.md. */
export function promise({ failedReads, failedWrites, loggedOut, outageSeconds }: Limits): string {
  if (failedReads > 0) {
    return `no acknowledged write is lost; at most ${failedReads} reads and ${failedWrites} writes fail, at most ${outageSeconds} s without either`;
  }
  if (loggedOut !== undefined) {
    return `no read and no write fails, none is lost, except for at most ${loggedOut} writes of writers that are logged out`;
  }
  return "no read and no write fails, none is lost";
}
