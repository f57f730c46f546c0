import * as assert from "node:assert";
import { poolSettings } from "../../support/poolSettings";
import { subjects } from "./calls";
import { RecordedSite } from "./recordedSite";
import { testNode } from "./smallCluster";

/** Deploys a stack with that many pools, and asserts that each pool and its node's label are created. */
export async function createPools(count: number): Promise<void> {
  const nodes = Array.from({ length: count }, (_, index) => `node-${index}`);
  const site = await RecordedSite.start();
  try {
    // Writing the whole state after every step would take most of the time.
    Object.assign(site.project.environment, { PULUMI_SKIP_CHECKPOINTS: "true", PULUMI_EXPERIMENTAL: "true" });
    site.cluster.nodes.splice(0, Infinity, ...nodes.map(testNode));
    await site.project.configure({ "storage.engine": "replicated", ...poolSettings(nodes) });
    await site.preview();
    await site.up();
    const created = subjects(site.calls, "create");
    for (const kind of ["DiskPool", "NodePatch"]) {
      assert.strictEqual(created.filter((name) => name.startsWith(`${kind}/`)).length, count);
    }
    assert.strictEqual(((await site.project.outputs()).diskPools as string[]).length, count);
  } finally {
    site.stop();
  }
}
