import * as assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { assertDestroyed, assertConverged } from "../e2e/support/convergence";
import { LabSite } from "../e2e/support/labSite";
import { killedAt, recover } from "../e2e/support/recovery";
import { sharedPlace } from "../e2e/support/sharedSite";

/** How often each is killed: the first `up`, an `up` that changes something, and `destroy`. */
const rounds = 8;

/** Duration in milliseconds of the longest of these commands on two cores. */
const longestMs = 40_000;

describe("pulumi up and destroy killed at random", function () {
  this.timeout(60 * 60_000);
  let site: LabSite;

  before(async () => {
    site = await LabSite.start(sharedPlace("interrupted-at-random", 30113, { wordpressReplicas: 1 }));
  });
  after(() => site?.stop());

  it("leave one complete site after the documented recovery, and none after destroy", async () => {
    const points: number[] = [];
    let kills = 0;
    for (let round = 1; round <= rounds; round++) {
      const again = async () => {
        await site.project.configure({ keyRotation: String(round), wordpressReplicas: String(1 + (round % 2)) });
        await killedAfter(["up", "--skip-preview"]);
      };
      await (round === 1 ? again() : recover(site, again));
      if (round % 4 > 0) continue;
      await recover(site, () => site.project.up());
      await site.project.up();
      await assertConverged(site);
    }
    await killedAfter(["destroy"]);
    await site.project.cancel();
    await site.project.destroy();
    await assertDestroyed(site);
    assert.ok(kills > 0, `each command ended before its kill, after ${points.join(", ")} s`);
    console.log(`killed ${kills} times, after ${points.join(", ")} s`);

    async function killedAfter(command: readonly [string, ...string[]]): Promise<void> {
      const milliseconds = Math.round(Math.random() * longestMs);
      points.push(Math.round(milliseconds / 1000));
      let isNow = false;
      void wait(milliseconds).then(() => (isNow = true));
      const name = `after ${milliseconds} ms`;
      await killedAt(site, command, { name, isNow: () => Promise.resolve(isNow) }).then(
        () => kills++,
        (error: unknown) => {
          // A command that ended before its kill is fine; one that found existing objects is recovered.
          if (!String(error).includes("it ended before") || String(error).includes("already exists")) throw error;
        },
      );
    }
  });
});
