import type { LoadFigures } from "../../e2e/support/load";
import { limitText, slack } from "../../support/until";

/** What a fault may cost. Whatever it costs, no acknowledged write is lost, and the site is well again in the end. */
export interface Limits {
  /** Reads that fail. */
  readonly failedReads: number;
  /** Writes that fail, but for those of writers that were logged out. */
  readonly failedWrites: number;
  /** Writes that fail because the writer was logged out. @default 0 */
  readonly loggedOut?: number;
  /** Longest span without a read that ends well, and without such a write; seconds. */
  readonly outageSeconds: number;
}

/** Nothing fails. A request may be slow. */
const noneFails: Limits = { failedReads: 0, failedWrites: 0, outageSeconds: 15 };

/**
 * By fault: about three times what was seen on processors half as fast as those of docs/development/reliability.md, where the database takes
 * twice as long to start; all of it longer by `TEST_SLACK`.
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
  // Of these, 40 to 50 s pass until the cluster misses the node.
  databaseNodeDies: { failedReads: 540, failedWrites: 165, outageSeconds: 140 },
  databaseKilled: { failedReads: 75, failedWrites: 25, outageSeconds: 20 },
  apacheKilled: { failedReads: 20, failedWrites: 6, outageSeconds: 6 },
  sitePodsDeleted: noneFails,
  databasePodDeleted: { failedReads: 100, failedWrites: 30, outageSeconds: 30 },
  sitePodsKilled: { failedReads: 30, failedWrites: 6, outageSeconds: 12 },
  databasePodKilled: { failedReads: 75, failedWrites: 25, outageSeconds: 30 },
} as const satisfies Record<string, Limits>;

/** What of the limits does not hold, one line each. @param factor by which each limit is longer */
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

/** What a test insists on, for docs/development/reliability.md. */
export function promise({ failedReads, failedWrites, loggedOut, outageSeconds }: Limits): string {
  if (failedReads > 0) {
    return `no acknowledged write is lost; at most ${failedReads} reads and ${failedWrites} writes fail, at most ${outageSeconds} s without either`;
  }
  if (loggedOut !== undefined) {
    return `no read and no write fails, none is lost, but for at most ${loggedOut} writes of writers that are logged out`;
  }
  return "no read and no write fails, none is lost";
}
