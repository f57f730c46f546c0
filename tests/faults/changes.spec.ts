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

  survives("other images (WordPress 6.5 to 6.8 to 7.1): two rolling updates", "image", async (site) => {
    for (const tag of ["6.8-php8.4-apache", "7.1-php8.4-apache"]) {
      await change(site, { wordpressImage: `wordpress:${tag}` });
    }
  });

  survives("another `keyRotation`", "keyRotation", (site) => change(site, { keyRotation: "2" }));

  survives("another `databasePasswordRotation`", "passwordRotation", (site) =>
    change(site, { databasePasswordRotation: "2" }),
  );

  survives("`wordpressReplicas` 2 to 4 to 2", "replicas", async (site) => {
    for (const replicas of ["4", "2"]) await change(site, { wordpressReplicas: replicas });
  });
});
