import * as assert from "node:assert";
import { subjects } from "./support/calls";
import { RecordedSite } from "./support/recordedSite";
import { testNode } from "./support/smallCluster";

/** Seconds that something took. */
async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}

describe("a stack with many pools", function () {
  this.timeout(15 * 60_000);
  const times: string[] = [];
  // For docs/operations.md, "How many pools". On a machine of another speed they are others, so nothing is asserted of them.
  after(() => times.forEach((line) => console.log(`    ${line}`)));

  for (const count of [3, 30, 300]) {
    it(`makes ${count} pools and their labels`, async () => {
      const nodes = Array.from({ length: count }, (_, index) => `node-${index}`);
      const site = await RecordedSite.start();
      try {
        // What the CLI takes to write a file with all of the state after every step is not the program's.
        Object.assign(site.project.environment, { PULUMI_SKIP_CHECKPOINTS: "true", PULUMI_EXPERIMENTAL: "true" });
        site.cluster.nodes.splice(0, Infinity, ...nodes.map(testNode));
        const pools = nodes.flatMap<[string, string]>((node, index) => [
          [`storage.pools[${index}].node`, node],
          [`storage.pools[${index}].disk`, `/dev/disk/by-id/disk-of-${node}`],
        ]);
        await site.project.configure({ "storage.engine": "replicated", ...Object.fromEntries(pools) });
        const preview = await seconds(() => site.preview());
        const up = await seconds(() => site.up());
        const created = subjects(site.calls, "create");
        for (const kind of ["DiskPool", "NodePatch"]) {
          assert.strictEqual(created.filter((name) => name.startsWith(`${kind}/`)).length, count);
        }
        assert.strictEqual(((await site.project.outputs()).diskPools as string[]).length, count);
        const round = (value: number) => value.toFixed(1).padStart(5);
        times.push(`${count} pools: preview ${round(preview)} s, up ${round(up)} s`);
      } finally {
        site.stop();
      }
    });
  }
});
