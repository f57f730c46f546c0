import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "../../lab/support/processes";
import { siteFiles } from "../../components/wordpress/siteFiles";
import { siteConfig } from "../support/siteConfig";
import { wordpress } from "./support/siteBench";
import { fillPodsClaim } from "./support/podsClaim";
import { Workbench } from "./support/workbench";

const wwwData = 33;
const library = "/usr/local/lib/smbShare.so";

describe("jobs that fill a claim on an SMB share, which refuses modes, times and hard links", function () {
  this.timeout(6 * 60_000);
  const bench = new Workbench();
  let config: string;
  let built: string;

  before(async function () {
    this.timeout(600_000);
    await bench.open(wordpress);
    config = bench.volume();
    for (const [name, text] of Object.entries(siteFiles(siteConfig))) fs.writeFileSync(path.join(config, name), text);
    built = path.join(bench.volume(), "smbShare.so");
    await run("gcc", ["-shared", "-fPIC", "-o", built, path.join(__dirname, "support/smbShare.c")]);
  });
  after(() => bench.close());

  /** Runs a script of the ConfigMap on a claim of such a share until it ends, and returns its output. */
  const job = async (claim: string, script: string, from?: string) => {
    const container = await bench.start(wordpress, {
      uid: wwwData,
      env: { HOSTNAME: "job", LD_PRELOAD: library },
      args: ["bash", "-c", `${script}; echo ended with $?`],
      volumes: {
        ...{ "/claim": claim, "/etc/wordpress": config, [library]: built },
        ...(from === undefined ? {} : { "/from": from }),
      },
    });
    await container.ended();
    return container.output;
  };
  const podsClaim = (files: Readonly<Record<string, string>>, seconds: number) =>
    fillPodsClaim(bench.volume(wwwData), files, seconds);
  const read = (claim: string, file: string) => fs.readFileSync(path.join(claim, file), "utf8");

  it("are tested on a folder that refuses the same four calls as such a share", async () => {
    const output = await job(
      bench.volume(wwwData),
      "cd /claim; touch a; chmod 600 a; touch -d @0 a; ln a b; cp -p a c",
    );
    assert.equal(output.match(/Operation not permitted/g)?.length, 4, output);
  });

  it("fill the claim with the image's wp-content, byte for byte", async () => {
    const claim = bench.volume(wwwData);
    const output = await job(
      claim,
      "bash /etc/wordpress/fill.sh sessions && diff -r /usr/src/wordpress/wp-content /claim/wp-content",
    );
    assert.match(output, /Created wp-content: \d{2,} files\nended with 0\n/);
    assert.deepEqual(fs.readdirSync(claim), ["sessions", "wp-content"]);
  });

  it("merge the content of two pods, and keep the newest version of a file in place", async () => {
    const claim = bench.volume(wwwData);
    const pods = [
      podsClaim({ "index.php": "same", "uploads/x.png": "x of 0", "uploads/a.png": "a" }, 3000),
      podsClaim({ "index.php": "same", "uploads/x.png": "x of 1" }, 1000),
    ];
    for (const [number, from] of pods.entries()) {
      assert.match(await job(claim, `bash /etc/wordpress/copy.sh ${number}`, from), /\nended with 0\n/);
    }
    const output = await job(claim, "php /etc/wordpress/merge.php");
    assert.match(output, /Merged the content of 2 pods: 3 files, 1 conflicts\n[^]*ended with 0\n/);
    // Pod 1 was copied last, and pod 0 wrote last.
    assert.equal(read(claim, "wp-content/uploads/x.png"), "x of 0");
    assert.equal(read(claim, "conflicts/pod-1/uploads/x.png"), "x of 1");
    assert.equal(read(claim, "wp-content/uploads/a.png"), "a");
    assert.deepEqual(fs.readdirSync(claim).sort(), ["conflicts", "wp-content"]);
  });
});
