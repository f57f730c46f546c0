import * as assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { labPaths } from "../../lab/support/paths";
import { failure } from "../support/failure";
import { StartedCommand } from "../plugins/support/startedCommand";
import { owner } from "./support/tutorial";
import { Visitor } from "./support/http";
import { LabSite, sharedSettings } from "./support/labSite";
import { inEachPod } from "./support/sharedSite";

const namespace = "moving";
const pods = [0, 1, 2];
const count = 200;
/** Number of names that all three pods have with different content. Two of three versions become conflicts. */
const conflicts = 10;

describe("migration to shared content of a site with pictures on three pods", function () {
  this.timeout(15 * 60_000);
  let site: LabSite;
  before(async () => {
    site = await LabSite.start({ namespace, nodePort: 30097 });
  });
  after(async () => site?.stop());

  const media = "wp-content/uploads/2026/11";
  const text = (pod: number, index: number) => `${index} by pod ${pod} `.repeat(50 + index);
  const sum = (content: string) => createHash("sha256").update(content).digest("hex");
  /** Folder of a claim's volume: the lab names it after volume, namespace and claim. */
  const volume = (claim: string) => {
    const name = fs.readdirSync(labPaths.volumes).find((folder) => folder.endsWith(`_${namespace}_${claim}`));
    assert.ok(name, `there is no volume of ${claim}`);
    return path.join(labPaths.volumes, name);
  };

  const toPerPod = async () => {
    await site.project.configure({ content: "perPod" });
    for (const key of ["contentStorageClass", "contentAccessMode", "pageCache"])
      await site.project.pulumi("config", "rm", key);
  };
  const toShared = () => site.project.configure({ content: "shared", ...sharedSettings });

  it("starts with different files on each pod", async () => {
    await site.project.configure({ wordpressReplicas: "3" });
    await site.project.up();
    await new Visitor(site.address).install(owner.user, owner.password);
    for (const pod of pods) {
      const folder = path.join(volume(`data-wordpress-${pod}`), media);
      fs.mkdirSync(folder, { recursive: true });
      // Every third is this pod's; ten have the same name on all three.
      for (let index = pod; index < count; index += 3)
        fs.writeFileSync(path.join(folder, `${index}.png`), text(pod, index));
      for (let index = 0; index < conflicts; index++) {
        fs.writeFileSync(path.join(folder, `same-${index}.png`), text(pod, index));
        fs.utimesSync(path.join(folder, `same-${index}.png`), 1_700_000_000 + pod, 1_700_000_000 + pod);
      }
    }
  });

  it("is refused without contentMigration", async () => {
    await toShared();
    const output = await failure(site.project.up());
    assert.match(
      output,
      /the site's files are in data-wordpress-0, data-wordpress-1, data-wordpress-2.*contentMigration merge/,
    );
  });

  /** Kills `up` while a claim is copied, and asserts that the pods' own claims are unchanged. */
  const killedWhileCopying = async () => {
    await site.project.configure({ contentMigration: "merge" });
    const up = new StartedCommand(site.project, "up", "--yes", "--skip-preview");
    await site.cluster.until("a claim is being copied", 300, async () =>
      (await site.cluster.names("jobs", namespace)).some((name) => name.startsWith("wordpress-copy-")),
    );
    up.signal("SIGKILL");
    await up.ended();
    await site.project.cancel();
    for (const pod of pods) {
      const folder = path.join(volume(`data-wordpress-${pod}`), media);
      assert.equal(fs.readdirSync(folder).length, Math.ceil((count - pod) / 3) + conflicts);
    }
  };

  it("can be reverted after a kill during the copy: each pod has its own file, and no other claim or job is left", async () => {
    await killedWhileCopying();
    await toPerPod();
    await site.project.pulumi("config", "rm", "contentMigration");
    await site.project.up();
    assert.equal(await site.status(), 200);
    assert.deepEqual(await site.claims(), ["data-mariadb-0", ...pods.map((pod) => `data-wordpress-${pod}`)]);
    assert.deepEqual(await site.cluster.names("jobs", namespace), []);
    const kept = await Promise.all(pods.map((pod) => site.inPod(`wordpress-${pod}`, "cat", `${media}/same-0.png`)));
    assert.deepEqual(
      kept,
      pods.map((pod) => text(pod, 0)),
    );
  });

  it("continues at the next up after a kill during the copy", async () => {
    await toShared();
    await killedWhileCopying();
    const { output } = await site.project.up();
    assert.match(output, /of 3 pods: \d+ files, 20 conflicts/);
  });

  it("copies every file byte for byte, and keeps all versions of files that differ", async () => {
    const listed = await inEachPod(site, "sh", "-c", `cd ${media} && sha256sum *.png`);
    assert.equal(Object.keys(listed).length, 3);
    for (const lines of Object.values(listed)) {
      const sums = new Map(
        lines
          .trim()
          .split("\n")
          .map((line) => [line.slice(66), line.slice(0, 64)] as const),
      );
      assert.equal(sums.size, count + conflicts);
      for (let index = 0; index < count; index++) assert.equal(sums.get(`${index}.png`), sum(text(index % 3, index)));
      // The newest is in its place.
      for (let index = 0; index < conflicts; index++) assert.equal(sums.get(`same-${index}.png`), sum(text(2, index)));
    }
    const kept = volume("wordpress-content");
    for (const pod of [0, 1]) {
      for (let index = 0; index < conflicts; index++) {
        const file = path.join(kept, `conflicts/pod-${pod}`, media.replace("wp-content/", ""), `same-${index}.png`);
        assert.equal(fs.readFileSync(file, "utf8"), text(pod, index));
      }
    }
  });

  it("keeps the site's user and password", async () => {
    const visitor = new Visitor(site.address);
    await visitor.login(owner.user, owner.password);
    assert.equal((await visitor.get("/wp-admin/index.php")).status, 200);
    assert.equal((await site.rows("select count(*) from wp_users")).trim(), "1");
  });

  it("keeps the previous claims until they are deleted by hand", async () => {
    await site.project.pulumi("config", "rm", "contentMigration");
    await site.project.up();
    assert.deepEqual(await site.cluster.names("statefulsets", namespace), ["mariadb"]);
    const old = pods.map((pod) => `data-wordpress-${pod}`);
    assert.deepEqual(await site.claims(), ["data-mariadb-0", ...old, "wordpress-content"]);
    await toPerPod();
    assert.match(
      await failure(site.project.up()),
      /content: "perPod" is not allowed on this stack: .*before the migration/,
    );
    await toShared();
    await site.cluster.kubectl("delete", "persistentvolumeclaim", ...old, "--namespace", namespace);
    const { changes } = await site.project.up();
    assert.deepEqual(Object.keys(changes), ["same"]);
  });
});
