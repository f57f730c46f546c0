import type { LabSite } from "../e2e/support/labSite";
import { oldPodsGone } from "./support/pods";
import { survives } from "./support/survives";

/** Sets keys, deploys them, and waits until the replaced pods have terminated. */
async function change(site: LabSite, settings: Readonly<Record<string, string>>): Promise<void> {
  await site.project.configure(settings);
  await site.project.up();
  await oldPodsGone(site);
}

describe("site under load during `pulumi up` with", function () {
  this.timeout(15 * 60_000);

  survives("another image (WordPress 6.4 to 6.5): a rolling update", "image", (site) =>
    change(site, { wordpressImage: "wordpress:6.5-apache" }),
  );

  survives("another `keyRotation`", "keyRotation", (site) => change(site, { keyRotation: "2" }));

  survives("another `databasePasswordRotation`", "passwordRotation", (site) =>
    change(site, { databasePasswordRotation: "2" }),
  );

  survives("`wordpressReplicas` 2 to 4 to 2", "replicas", async (site) => {
    for (const replicas of ["4", "2"]) await change(site, { wordpressReplicas: replicas });
  });
});
