import * as assert from "node:assert/strict";
import { sitePods } from "../e2e/support/sharedSite";
import { isFailedCommand } from "../support/until";
import { seededRandom } from "./support/seededRandom";
import { declareBack, declareOffCommand, drain, gather, nodeWithSiteAlone, placement, powerCut } from "./support/nodes";
import { allReady, databasePod, untilRestarted } from "./support/pods";
import { survives } from "./support/survives";

describe("site under load, faults of three nodes:", function () {
  this.timeout(15 * 60_000);

  survives(
    "the node with all WordPress pods, and without the database, is drained",
    "siteNodeDrained",
    async (site) => {
      const [node = ""] = (await placement(site)).others;
      await gather(site, node);
      await drain(site, node, () => allReady(site));
      assert.ok((await sitePods(site)).every(({ spec }) => spec.nodeName !== node));
    },
  );

  survives("the database's node is drained", "databaseNodeDrained", async (site) => {
    const { database } = await placement(site);
    await drain(site, database, () => allReady(site));
    assert.notEqual((await placement(site)).database, database);
  });

  survives("a node without the database crashes and restarts", "siteNodeStops", async (site) => {
    const node = await nodeWithSiteAlone(site);
    const hurt = (await sitePods(site)).filter(({ spec }) => spec.nodeName === node);
    await untilRestarted(site, hurt, () => powerCut(node, () => seededRandom.pause()));
  });

  survives("the database's node crashes and restarts", "databaseNodeStops", async (site) => {
    const pod = await databasePod(site);
    await untilRestarted(site, [pod], () => powerCut(pod.spec.nodeName ?? "", () => seededRandom.pause()));
  });

  survives("the database's node dies", "databaseNodeDies", async (site, load) => {
    const { database } = await placement(site);
    await powerCut(database, async () => {
      await site.cluster.kubectl(...declareOffCommand(database));
      const moved = async () => (await placement(site)).database !== database;
      // Between its deletion and its replacement, the pod does not exist.
      await site.cluster.until("the database is on another node", 150, moved, isFailedCommand);
      await allReady(site);
      await load.recovers();
    }).finally(() => declareBack(site));
    await allReady(site);
    return `ended by \`kubectl ${declareOffCommand("NODE").join(" ")}\``;
  });
});
