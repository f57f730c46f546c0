import { setTimeout as sleep } from "node:timers/promises";
import { CommandFailed } from "../../lab/support/processes";

/** A condition throws this while it does not hold yet: the wait continues, and names the reason at its timeout. */
export class NotYet extends Error {}

/** Whether an error means that the condition does not hold yet. Every other error ends the wait at once. */
export type IsTransient = (error: unknown) => boolean;

/** A clock, so that a test of the wait takes no time. */
export interface Clock {
  /** Milliseconds since a fixed time. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

export interface Wait {
  /** @default no error is transient */
  readonly isTransient?: IsTransient;
  /** Milliseconds between two polls. @default 1000: each poll runs kubectl, which takes a tenth of a second of processor time from the awaited program */
  readonly pollMs?: number;
  /** @default {@link slack} */
  readonly slack?: number;
  /** @default the machine's */
  readonly clock?: Clock;
}

const slackRange = { least: 1, most: 10 } as const;

/** @param value of `TEST_SLACK`: a number from 1 to 10; undefined for 1 */
export function parseSlack(value: string | undefined): number {
  const { least, most } = slackRange;
  const factor = value === undefined ? least : Number(value);
  if (factor >= least && factor <= most) return factor;
  throw new Error(`TEST_SLACK: "${value}" is invalid; expected a number from ${least} to ${most}, such as 2`);
}

/** Factor of all time limits of the tests: `TEST_SLACK`, for slow machines. @default 1 */
export const slack = parseSlack(process.env.TEST_SLACK);

/** A limit for messages: `20 s`, or `40 s (20 s × TEST_SLACK 2)`. */
export function limitText(seconds: number, factor: number = slack): string {
  return factor === 1 ? `${seconds} s` : `${seconds * factor} s (${seconds} s × TEST_SLACK ${factor})`;
}

/**
 * Polls until a condition holds.
 * @param seconds the limit. A condition that first holds after the limit has failed, even if its last poll began before
 * @throws Error at the limit, with the condition and the last reason; at once, with the condition's error, unless that is {@link NotYet} or transient
 */
export async function until(
  what: string,
  seconds: number,
  holds: () => Promise<boolean>,
  { isTransient = () => false, pollMs = 1000, slack: factor = slack, clock = machineClock }: Wait = {},
): Promise<void> {
  const begun = clock.now();
  for (;;) {
    let reason = "";
    const isMet = await holds().catch((error: unknown) => {
      if (!(error instanceof NotYet) && !isTransient(error)) throw error;
      reason = `: ${error instanceof NotYet ? error.message : String(error)}`;
      return false;
    });
    const elapsed = clock.now() - begun;
    const isOver = elapsed > seconds * factor * 1000;
    if (isMet && !isOver) return;
    const late = isMet ? `, but after ${(elapsed / 1000).toFixed(1)} s` : reason;
    if (isOver) throw new Error(`${what}: not within ${limitText(seconds, factor)}${late}`);
    await clock.sleep(pollMs);
  }
}

const machineClock: Clock = { now: () => performance.now(), sleep };

/** Error codes of Node and its `fetch` for a server that is not available. */
const unreachableCodes = new Set(["ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "ETIMEDOUT", "UND_ERR_SOCKET"]);

/** Transient: a request that no server answered. */
export function isUnreachable(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && unreachableCodes.has(String(cause.code))) return true;
  }
  return false;
}

/** Transient: a command that failed, such as a `kubectl exec` in a pod that has not started. */
export function isFailedCommand(error: unknown): boolean {
  return error instanceof CommandFailed;
}
