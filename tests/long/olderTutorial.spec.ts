import { LabSite } from "../e2e/support/labSite";
import { testTutorial } from "../e2e/support/tutorialStory";
import { perPodSettings } from "../support/pulumiProject";

describe("the tutorial's site with WordPress 6.5, deployed by the program on a real cluster", function () {
  this.timeout(20 * 60_000);
  let site: LabSite;

  before(async () => {
    const settings = { ...perPodSettings, wordpressImage: "wordpress:6.5-apache" };
    site = await LabSite.start({ namespace: "tutorial-65", nodePort: 30132, settings });
  });
  after(() => site.discard());

  testTutorial(() => site);
});
