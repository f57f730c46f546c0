import * as assert from "node:assert/strict";
import type { LoadFigures } from "../e2e/support/load";
import { LoggedOut, Tally } from "../e2e/support/tally";
import { exceeded, type Limits, limits, promise } from "../faults/support/limits";

/** Simulates a run of 240 s: four reads and two writes per second, with the outcome of their second. */
function simulated(outcome: (kind: "read" | "write", second: number) => Error | undefined): LoadFigures {
  let now = 0;
  const tallies = { read: new Tally(() => now), write: new Tally(() => now) };
  for (; now < 240_000; now += 250) {
    for (const kind of now % 500 === 0 ? (["read", "write"] as const) : (["read"] as const)) {
      const error = outcome(kind, now / 1000);
      if (error) tallies[kind].failedWith(error);
      else tallies[kind].succeeded();
    }
  }
  const { read, write } = tallies;
  return {
    reads: read.count,
    writes: write.count,
    failedReads: read.failed,
    failedWrites: write.failed,
    longestReadOutageMs: read.longestOutageMs,
    longestWriteOutageMs: write.longestOutageMs,
  };
}

const during = (begin: number, end: number, error: Error) => (second: number) =>
  second >= begin && second < end ? error : undefined;
const all = Object.entries(limits) as [string, Limits][];

describe("limits of faults under load", () => {
  for (const [name, limit] of all) {
    it(`allow for ${name} a run without failures, and refuse one with 180 s of failures`, () => {
      assert.deepEqual(
        exceeded(
          simulated(() => undefined),
          limit,
          1,
        ),
        [],
      );
      const away = during(30, 210, new Error("answered 500"));
      const [reads, ...others] = exceeded(
        simulated((_, second) => away(second)),
        limit,
        1,
      );
      assert.match(reads ?? "", /^720 reads failed, more than \d+: Error: answered 500$/);
      assert.equal(others.length, 3);
      const hangs = { ...simulated(() => undefined), longestReadOutageMs: 180_000, longestWriteOutageMs: 180_000 };
      assert.equal(exceeded(hangs, limit, 1).length, 2);
    });

    it(`refuse for ${name} a run that logs all writers out for a minute`, () => {
      const out = during(60, 120, new LoggedOut("post answered 401"));
      const lines = exceeded(
        simulated((kind, second) => (kind === "write" ? out(second) : undefined)),
        limit,
        1,
      );
      assert.match(lines[0] ?? "", /^120 writes of writers that were logged out, more than \d+: /);
    });
  }

  it("allow logged out writers only for a changed keyRotation", () => {
    const once = (kind: string, second: number) =>
      kind === "write" && second === 60 ? new LoggedOut("post answered 401") : undefined;
    const passed = all.filter(([, limit]) => exceeded(simulated(once), limit, 1).length === 0);
    assert.deepEqual(
      passed.map(([name]) => name),
      ["keyRotation"],
    );
  });

  it("report an exceeded figure, its limit and the reasons", () => {
    const figures = simulated((_, second) => during(60, 72, new Error("refused"))(second));
    const limit = { failedReads: 20, failedWrites: 30, outageSeconds: 10 };
    assert.deepEqual(exceeded(figures, limit, 1), [
      "48 reads failed, more than 20: Error: refused",
      "12.3 s without a read, more than 10 s",
      "12.5 s without a write, more than 10 s",
    ]);
    assert.deepEqual(exceeded(figures, limit, 2), ["48 reads failed, more than 40: Error: refused"]);
  });

  it("are in the promise of each test, except for the outage if no request may fail", () => {
    assert.ok(all.length > 0);
    for (const [name, { failedReads, failedWrites, loggedOut, outageSeconds }] of all) {
      const said = promise({ failedReads, failedWrites, outageSeconds, ...(loggedOut !== undefined && { loggedOut }) });
      const figures = failedReads > 0 ? [failedReads, failedWrites, outageSeconds] : [loggedOut ?? []].flat();
      for (const figure of figures) assert.match(said, new RegExp(`at most (\\d+ reads and )?${figure} `), name);
      if (failedReads === 0) assert.match(said, /^no read and no write fails, none is lost/, name);
    }
    assert.equal(promise(limits.image), "no read and no write fails, none is lost");
    assert.match(promise(limits.keyRotation), /, except for at most 20 writes of writers that are logged out$/);
    assert.equal(
      promise(limits.databaseKilled),
      "no acknowledged write is lost; at most 75 reads and 25 writes fail, at most 20 s without either",
    );
  });
});

describe("tally", () => {
  it("counts a request of a logged out client as failed, and resets the streak", () => {
    const tally = new Tally(() => 0);
    tally.succeeded();
    tally.failedWith(new LoggedOut("post answered 401"));
    assert.deepEqual([tally.count, tally.streak], [1, 0]);
    assert.deepEqual(tally.failed, [{ atMs: 0, reason: "Error: post answered 401", isLoggedOut: true }]);
  });
});
