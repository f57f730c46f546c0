import * as path from "node:path";
import { sitePods } from "../e2e/support/sharedSite";
import { seededRandom } from "./support/seededRandom";
import { databasePod, deletePod, kill } from "./support/pods";
import { survives } from "./support/survives";

/** Whether a process runs this program. */
const runs = (program: string) => (entry: { readonly executable: string }) =>
  path.basename(entry.executable) === program;

// Kubernetes restarts a container that is killed again within some minutes after 10 s, and later each time: so its pod is recreated in
// between.
describe("site under load, faults of two WordPress pods and the database's:", function () {
  this.timeout(15 * 60_000);

  survives("MariaDB is killed (`kill -9`)", "databaseKilled", async (site) =>
    kill(site, await databasePod(site), runs("mariadbd")),
  );

  survives("Apache is killed (`kill -9`) in a WordPress pod", "apacheKilled", async (site) => {
    const [pod] = seededRandom.shuffle(await sitePods(site));
    if (pod === undefined) throw new Error("no WordPress pod in which to kill Apache");
    await kill(site, pod, runs("apache2"));
  });

  survives("each WordPress pod is deleted, one after the other", "sitePodsDeleted", async (site) => {
    for (const pod of seededRandom.shuffle(await sitePods(site))) await deletePod(site, pod);
  });

  survives("the database's pod is deleted", "databasePodDeleted", async (site) =>
    deletePod(site, await databasePod(site)),
  );

  survives(
    "all processes of each WordPress pod are killed, one pod after the other",
    "sitePodsKilled",
    async (site) => {
      for (const pod of seededRandom.shuffle(await sitePods(site))) await kill(site, pod);
    },
  );

  survives("all processes of the database's pod are killed", "databasePodKilled", async (site) =>
    kill(site, await databasePod(site)),
  );
});
