import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { projectRoot } from "../../lab/support/paths";
import { property } from "../support/properties";
import type { PulumiProject } from "../support/pulumiProject";
import { only } from "./support/calls";
import { RecordedSite } from "./support/recordedSite";

describe("a project that `pulumi new` creates under another name", function () {
  this.timeout(20 * 60_000);
  let site: RecordedSite;
  let template: string;
  const file = (name: string) => fs.readFileSync(site.project.inFolder(name), "utf8");

  before(async () => {
    template = fs.mkdtempSync(path.join(os.tmpdir(), "template-"));
    const names = fs.readdirSync(projectRoot).filter((name) => /^Pulumi(\.\w+)?\.yaml$/.test(name));
    for (const name of [...names, "index.ts"]) {
      fs.copyFileSync(path.join(projectRoot, name), path.join(template, name));
    }
    site = await RecordedSite.start({}, createShop);
  });
  after(() => {
    site.stop();
    fs.rmSync(template, { recursive: true });
  });

  async function createShop(project: PulumiProject): Promise<void> {
    await project.pulumi("new", template, "--name", "shop", "--generate-only", "--force", "--yes");
  }

  it("has the new name, and the presets as they were", () => {
    assert.equal((parse(file("Pulumi.yaml")) as { name: string }).name, "shop");
    for (const preset of ["production", "openebs"]) {
      const name = `Pulumi.${preset}.yaml`;
      assert.equal(file(name), fs.readFileSync(path.join(projectRoot, name), "utf8"));
    }
  });

  it("previews the preset dev", async () => {
    const { output } = await site.preview();
    assert.match(output, /wordpress-shared-content-claim/);
  });

  it("deploys what the preset says", async () => {
    await site.up();
    const { inputs } = only(site.calls, "create", "PersistentVolumeClaim/wordpress-content");
    assert.deepEqual(property(inputs, "spec.accessModes"), ["ReadWriteOnce"]);
    const urns = (await site.project.resources()).map(({ urn }) => urn);
    assert.ok(
      urns.every((urn) => urn.startsWith("urn:pulumi:dev::shop::")),
      urns[0],
    );
  });

  it("scales by `pulumi config set wordpressReplicas 3`, which prefixes the keys with the project's name", async () => {
    await site.up({ wordpressReplicas: "3" });
    assert.equal(property(only(site.calls, "update", "Deployment/wordpress").inputs, "spec.replicas"), 3);
    const { config } = parse(file("Pulumi.dev.yaml")) as { config: Record<string, unknown> };
    assert.equal(config["shop:content"], "shared");
    assert.equal(config["shop:wordpressReplicas"], "3");
  });
});
