import * as assert from "node:assert/strict";
import { type LoadFigures, lostWrites, SteadyLoad } from "../../e2e/support/load";
import type { LabSite } from "../../e2e/support/labSite";
import { recordFault } from "../../support/reliability";
import { seededRandom } from "./seededRandom";
import { exceeded, limits, promise } from "./limits";
import { allReady } from "./pods";
import { site } from "./site";

/**
 * Declares the test of a fault under load.
 * @param limit name of the fault's limits
 * @param hurt causes the fault, and returns once the cluster reports that all is ready again. Its result is appended to the figures
 */
export function survives(
  fault: string,
  limit: keyof typeof limits,
  hurt: (site: LabSite, load: SteadyLoad) => Promise<string | void>,
): void {
  const holds = promise(limits[limit]);
  it(`${fault}: ${holds}`, async () => {
    // After the previous fault, a pod may not be ready yet.
    await allReady(site());
    const load = await SteadyLoad.start(site());
    let figures: LoadFigures;
    let remark: string | void;
    try {
      await seededRandom.pause();
      remark = await hurt(site(), load);
      await load.recovers();
    } finally {
      figures = await load.stop();
    }
    assert.deepEqual(await lostWrites(site(), load), []);
    assert.deepEqual(exceeded(figures, limits[limit]), []);
    const measured = [figuresText(figures), remark].filter(Boolean).join("; ");
    recordFault({ fault, holds, measured });
  });
}

function figuresText(figures: LoadFigures): string {
  const { reads, writes, failedReads, failedWrites } = figures;
  const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1);
  const counts = `${failedReads.length} of ${reads + failedReads.length} reads and ${failedWrites.length} of ${writes + failedWrites.length} writes failed`;
  return `${counts}; at most ${seconds(figures.longestReadOutageMs)} s without a read, ${seconds(figures.longestWriteOutageMs)} s without a write`;
}
