import { LabSite } from "../../e2e/support/labSite";
import { sharedPlace } from "../../e2e/support/sharedSite";
import { seededRandom } from "./seededRandom";

/** Two pods with the previous image, so that a test can update it. */
const settings = {
  ...{ wordpressReplicas: 2, wordpressImage: "wordpress:6.5-apache", siteTitle: "Under load" },
  // Readers must reach WordPress itself: a cache would answer while it is unavailable.
  pageCache: '{"enabled":false}',
};

let started: LabSite | undefined;

/** The site under test. All specs share it, because they run one after the other. */
export function site(): LabSite {
  if (started === undefined) throw new Error("the site exists only after the before hook");
  return started;
}

/** Hands the site over to a test that deletes its cluster. That test must remove the site. */
export function takeSite(): LabSite {
  const taken = site();
  started = undefined;
  return taken;
}

// Root hooks of all specs: they deploy the site before the first spec and remove it after the last.
before(async function () {
  this.timeout(15 * 60_000);
  if (seededRandom.seed !== undefined) console.log(`FAULT_SEED=${seededRandom.seed}`);
  started = await LabSite.start(sharedPlace("faults", 30127, settings));
  await started.project.up();
});
after(async function () {
  this.timeout(15 * 60_000);
  await started?.stop();
});
