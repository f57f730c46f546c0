import { LabSite } from "../../e2e/support/labSite";
import { sharedPlace } from "../../e2e/support/sharedSite";
import { seededRandom } from "./seededRandom";

/** Two pods; one image back, so that there is another one to update to. */
const settings = {
  ...{ wordpressReplicas: 2, wordpressImage: "wordpress:6.4-apache", siteTitle: "Under load" },
  // Readers are to ask WordPress itself: a cache would answer while it is away.
  pageCache: '{"enabled":false}',
};

let started: LabSite | undefined;

/** The site that is hurt: one for all specs that ask for it, since they run one after the other. */
export function site(): LabSite {
  if (started === undefined) throw new Error("the site is there from the first test on");
  return started;
}

/** The site, for a test after which its cluster is gone: that test brings it down, or forgets it. */
export function takeSite(): LabSite {
  const taken = site();
  started = undefined;
  return taken;
}

// Of all specs: it is up before the first one, and goes after the last.
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
