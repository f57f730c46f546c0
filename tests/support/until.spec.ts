import * as assert from "node:assert/strict";
import { CommandFailed } from "../../lab/support/processes";
import { Cluster } from "../e2e/support/cluster";
import { isFailedCommand, isUnreachable, limitText, NotYet, parseSlack, until, type Wait } from "./until";

/** A simulated clock, and a condition that depends on its time in seconds. */
function simulated(holds: (seconds: number) => boolean | Error) {
  let now = 0;
  const clock = { now: () => now, sleep: (milliseconds: number) => Promise.resolve((now += milliseconds)) };
  const condition = () => {
    const answer = holds(now / 1000);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const within = (seconds: number, options: Wait = {}) => until("it heals", seconds, condition, { clock, ...options });
  return { within, pass: (seconds: number) => (now += seconds * 1000), seconds: () => now / 1000 };
}

describe("until", () => {
  it("returns when its condition holds", async () => {
    const { within, seconds } = simulated((now) => now >= 12);
    await within(20);
    assert.equal(seconds(), 12);
  });

  it("fails if a fault heals in 60 s with a limit of 20 s", async () => {
    const { within, seconds } = simulated((now) => now >= 60);
    await assert.rejects(within(20), /^Error: it heals: not within 20 s$/);
    assert.ok(seconds() <= 21);
  });

  it("fails if the only poll of a condition takes 60 s with a limit of 20 s", async () => {
    const wait = simulated(() => Boolean(wait.pass(60)));
    await assert.rejects(wait.within(20), /it heals: not within 20 s, but after 60\.0 s$/);
  });

  it("fails at once with an error that is not declared as transient", async () => {
    const { within, seconds } = simulated(() => new TypeError("pods is not iterable"));
    await assert.rejects(within(20), /^TypeError: pods is not iterable$/);
    assert.equal(seconds(), 0);
  });

  it("continues after NotYet and after a declared error, and names the last one at its timeout", async () => {
    const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    const passing = simulated((now) => (now < 5 ? refused : now < 10 ? new NotYet("502") : true));
    await passing.within(20, { isTransient: isUnreachable });
    assert.equal(passing.seconds(), 10);
    const lasting = simulated(() => new NotYet("502: no pod"));
    await assert.rejects(lasting.within(20), /^Error: it heals: not within 20 s: 502: no pod$/);
  });

  it("multiplies its limit by TEST_SLACK, and says so in its message", async () => {
    const { within } = simulated((now) => now >= 30);
    await within(20, { slack: 2 });
    const { within: never } = simulated(() => false);
    await assert.rejects(never(20, { slack: 2 }), /not within 40 s \(20 s × TEST_SLACK 2\)$/);
    assert.equal(limitText(20, 1), "20 s");
  });

  it("defaults TEST_SLACK to 1, and refuses values other than numbers from 1 to 10", () => {
    assert.equal(parseSlack(undefined), 1);
    assert.equal(parseSlack("2.5"), 2.5);
    for (const bad of ["", "0", "11", "-1", "two"]) {
      assert.throws(() => parseSlack(bad), new RegExp(`TEST_SLACK: "${bad}" is invalid; expected a number from 1`));
    }
  });

  it("treats a refused connection inside another error as unreachable, but not an expired certificate or a failed command", () => {
    const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    assert.ok(isUnreachable(new TypeError("fetch failed", { cause: refused })));
    assert.ok(!isUnreachable(new TypeError("fetch failed", { cause: new Error("certificate has expired") })));
    assert.ok(!isUnreachable("ECONNREFUSED"));
    assert.ok(isFailedCommand(new CommandFailed("kubectl exec", 1, "")) && !isFailedCommand(refused));
  });

  it("works in the same way on a cluster", async () => {
    const cluster = new Cluster({});
    await assert.rejects(
      cluster.until("it heals", 20, () => Promise.reject(new RangeError("bad"))),
      RangeError,
    );
  });
});
