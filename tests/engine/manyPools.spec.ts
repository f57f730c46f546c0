import * as assert from "node:assert";
import { poolSettings } from "../support/poolSettings";
import { subjects } from "./support/calls";
import { RecordedSite } from "./support/recordedSite";
import { testNode } from "./support/smallCluster";

describe("a stack with many pools", function () {
  this.timeout(20 * 60_000);

  for (const count of [3, 30, 300]) {
    it(`creates ${count} pools and the labels of their nodes`, async () => {
      const nodes = Array.from({ length: count }, (_, index) => `node-${index}`);
      const site = await RecordedSite.start();
      try {
        // To write a file with all of the state after every step takes longer than all else.
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
    });
  }
});
