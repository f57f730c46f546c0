import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { fillPodsClaim } from "./support/podsClaim";
import { SiteBench, wordpress } from "./support/siteBench";

describe("jobs that merge the content of all pods", function () {
  this.timeout(6 * 60_000);
  const bench = new SiteBench();
  before(async function () {
    this.timeout(600_000);
    await bench.open();
  });
  after(() => bench.close());

  const podsClaim = (files: Readonly<Record<string, string>>, seconds: number) =>
    fillPodsClaim(bench.claim(), files, seconds);
  const job = async (claim: string, args: readonly string[], from?: string) => {
    const container = await bench.workbench.start(wordpress, {
      uid: 33,
      args: ["bash", "-c", `${args.join(" ")}; echo ended with $?`],
      volumes: { "/claim": claim, "/etc/wordpress": bench.config, ...(from === undefined ? {} : { "/from": from }) },
    });
    await container.ended();
    return container.output;
  };
  const copy = (claim: string, number: number, from: string) =>
    job(claim, ["bash /etc/wordpress/copy.sh", `${number}`], from);
  const merge = (claim: string) => job(claim, ["php /etc/wordpress/merge.php"]);
  const read = (claim: string, file: string) => fs.readFileSync(path.join(claim, file), "utf8");

  it("keep the newest version of each file in place, and the others in conflicts", async () => {
    const claim = bench.claim();
    const same = { "index.php": "same", "themes/one/style.css": "same" };
    const odd = 'uploads/2026/11/it\'s a "picture".png';
    const pods = [
      podsClaim({ ...same, "uploads/a.png": "a", "uploads/x.png": "x of 0", [odd]: "odd" }, 1000),
      podsClaim({ ...same, "uploads/b.png": "b", "uploads/x.png": "x of 1" }, 3000),
      podsClaim({ ...same, "uploads/c.png": "c", "uploads/x.png": "x of 2", "uploads/a.png": "a" }, 2000),
    ];
    for (const [number, from] of pods.entries()) assert.match(await copy(claim, number, from), /ended with 0/);
    const output = await merge(claim);
    assert.match(output, /Merged the content of 3 pods: 7 files, 2 conflicts/);
    assert.match(output, /conflict: uploads\/x\.png: the version of pod 0 is in conflicts\/pod-0\/uploads\/x\.png/);
    assert.match(output, /conflict: uploads\/x\.png: the version of pod 2 is in conflicts\/pod-2\/uploads\/x\.png/);
    assert.equal(read(claim, "wp-content/uploads/x.png"), "x of 1");
    assert.equal(read(claim, "conflicts/pod-0/uploads/x.png"), "x of 0");
    assert.equal(read(claim, "conflicts/pod-2/uploads/x.png"), "x of 2");
    for (const [name, text] of [
      ["a", "a"],
      ["b", "b"],
      ["c", "c"],
    ])
      assert.equal(read(claim, `wp-content/uploads/${name}.png`), text);
    assert.equal(read(claim, `wp-content/${odd}`), "odd");
    assert.equal(read(claim, "conflicts/list.txt").trim().split("\n").length, 2);
    assert.deepEqual(fs.readdirSync(claim).sort(), ["conflicts", "wp-content"]);
    assert.equal(fs.statSync(path.join(claim, "wp-content/uploads/x.png")).mtimeMs, 3_000_000);
    // The pods' own claims are unchanged.
    assert.equal(read(pods[0] ?? "", "wp-content/uploads/x.png"), "x of 0");
  });

  it("keep both a file of one pod and a folder of the same name of another pod", async () => {
    const claim = bench.claim();
    await copy(claim, 0, podsClaim({ "uploads/way": "file", "plugins/p/p.php": "folder" }, 1000));
    await copy(claim, 1, podsClaim({ "uploads/way/x.png": "folder", "plugins/p": "file" }, 2000));
    assert.match(await merge(claim), /2 conflicts/);
    assert.equal(read(claim, "wp-content/uploads/way"), "file");
    assert.equal(read(claim, "conflicts/pod-1/uploads/way/x.png"), "folder");
    assert.equal(read(claim, "wp-content/plugins/p/p.php"), "folder");
    assert.equal(read(claim, "conflicts/pod-1/plugins/p"), "file");
  });

  it("resume after an interruption, and are idempotent", async () => {
    const claim = bench.claim();
    const from = podsClaim({ "uploads/a.png": "a" }, 1000);
    fs.mkdirSync(path.join(claim, "migration/0.partial/uploads"), { recursive: true });
    fs.writeFileSync(path.join(claim, "migration/0.partial/uploads/half.png"), "half");
    fs.mkdirSync(path.join(claim, "merging/uploads"), { recursive: true });
    fs.writeFileSync(path.join(claim, "merging/uploads/half.png"), "half");
    for (const folder of [
      "migration",
      "migration/0.partial",
      "migration/0.partial/uploads",
      "merging",
      "merging/uploads",
    ]) {
      fs.chownSync(path.join(claim, folder), 33, 33);
    }
    assert.match(await copy(claim, 0, from), /Copied the content of pod 0: 1 files/);
    assert.match(await copy(claim, 0, from), /The content of pod 0 is already copied/);
    assert.match(await merge(claim), /Merged the content of 1 pods: 1 files, 0 conflicts/);
    assert.deepEqual(fs.readdirSync(path.join(claim, "wp-content/uploads")), ["a.png"]);
    assert.match(await merge(claim), /wp-content already exists/);
  });

  it("list the conflicts again and delete their work folders after an interruption before the last step", async () => {
    const claim = bench.claim();
    for (const pod of [0, 1]) await copy(claim, pod, podsClaim({ "uploads/x.png": `x of ${pod}` }, 1000 + pod));
    fs.cpSync(path.join(claim, "migration"), path.join(claim, "kept"), { recursive: true });
    assert.match(await merge(claim), /2 pods: 1 files, 1 conflicts/);
    fs.renameSync(path.join(claim, "kept"), path.join(claim, "migration"));
    execFileSync("chown", ["--recursive", "33:33", path.join(claim, "migration")]);
    assert.match(await copy(claim, 0, podsClaim({}, 1)), /The shared content already exists\.\nended with 0/);
    assert.match(
      await merge(claim),
      /already exists\.\nconflict: uploads\/x\.png: the version of pod 0 .*\nended with 0/,
    );
    assert.deepEqual(fs.readdirSync(claim).sort(), ["conflicts", "wp-content"]);
  });

  describe("refuse a copy that differs from its source", () => {
    const file = "uploads/a.png";
    const files = { [file]: "a picture", "index.php": "<?php" };

    for (const [fault, command] of [
      ["a changed byte", `printf X | dd of=0.partial/${file} bs=1 seek=2 conv=notrunc status=none`],
      ["a missing file", `rm 0.partial/${file}`],
      ["a truncated file", `truncate --size=3 0.partial/${file}`],
      ["an additional file", "touch 0.partial/uploads/b.png"],
    ] as const) {
      it(`with ${fault}, and copy it again`, async () => {
        const claim = bench.claim();
        const from = podsClaim(files, 1000);
        // copy.sh copies with find, and also lists what it compares with find. Only the copy is made faulty.
        const then = `if [[ "$*" == *--target-directory* ]]; then ${command}; fi`;
        const faulty = [`find() { command find "$@" && ${then}; }; export -f find; bash /etc/wordpress/copy.sh`, "0"];
        const output = await job(claim, faulty, from);
        assert.match(output, /^[<>] /m);
        assert.match(output, /ended with 1\n$/);
        assert.deepEqual(fs.readdirSync(path.join(claim, "migration")), ["0.partial"]);
        assert.match(await copy(claim, 0, from), /Copied the content of pod 0: 2 files\nended with 0/);
        assert.equal(read(claim, `migration/0/${file}`), files[file]);
      });
    }

    for (const [fault, code] of [
      ["a changed byte", 'return (bool) file_put_contents($to, "X" . substr(file_get_contents($from), 1));'],
      ["a missing file", "return true;"],
      ["a truncated file", "return (bool) file_put_contents($to, substr(file_get_contents($from), 1));"],
    ] as const) {
      for (const [place, pods] of [
        ["/merging/uploads/a.png", 1],
        ["/conflicts/pod-0/uploads/a.png", 2],
      ] as const) {
        it(`with ${fault} at ${place}, and merge it again`, async () => {
          const claim = bench.claim();
          for (let pod = 0; pod < pods; pod++) {
            await copy(claim, pod, podsClaim({ ...files, [file]: `a picture of ${pod}` }, 1000 + pod));
          }
          // Disabling a function in PHP frees its name, so that the test can define its own.
          const realLink = "return copy($from, $to) && touch($to, filemtime($from));";
          const link = `function link($from, $to) { if (str_ends_with($to, "${place}")) { ${code} } ${realLink} }`;
          bench.put("faultyLink.php", `<?php ${link}`);
          const php = "php -d disable_functions=link -d auto_prepend_file=/etc/wordpress/faultyLink.php";
          assert.match(
            await job(claim, [`${php} /etc/wordpress/merge.php`]),
            /uploads\/a\.png of pod 0 differs from its merged copy: nothing was changed\nended with 1\n$/,
          );
          assert.ok(!fs.existsSync(path.join(claim, "wp-content")));
          assert.match(await merge(claim), new RegExp(`${pods} pods: 2 files, ${pods - 1} conflicts`));
          assert.equal(read(claim, `wp-content/${file}`), `a picture of ${pods - 1}`);
        });
      }
    }
  });

  it("fail without a change if wp-content cannot be created", async () => {
    const claim = bench.claim();
    await copy(claim, 0, podsClaim({ "uploads/a.png": "a" }, 1000));
    fs.writeFileSync(path.join(claim, "wp-content"), "in the way");
    assert.match(await merge(claim), /cannot be renamed to wp-content: nothing was changed\nended with 1/);
    assert.equal(read(claim, "wp-content"), "in the way");
    assert.equal(read(claim, "migration/0/uploads/a.png"), "a");
  });
});
