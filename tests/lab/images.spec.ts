import * as assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { joinArchives } from "../../lab/images/archives";
import { sourcesOf } from "../../lab/images/base";

const images = path.resolve(__dirname, "../../lab/images");

function tar(folder: string, result: string, files: Readonly<Record<string, string>>): string {
  const parts = fs.mkdtempSync(path.join(folder, "parts-"));
  Object.entries(files).forEach(([name, text]) => fs.writeFileSync(path.join(parts, name), text));
  execFileSync("tar", ["--create", "--file", path.join(folder, result), "--directory", parts, ...Object.keys(files)]);
  return path.join(folder, result);
}

describe("image sources", () => {
  const scripts = fs
    .readdirSync(images, { recursive: true, encoding: "utf8" })
    .map((file) => path.join(images, file))
    .filter((file) => fs.statSync(file).isFile() && fs.readFileSync(file, "utf8").startsWith("#!/bin/bash"));

  it("contain the entrypoints and checks that the images run", () => {
    const names = scripts.map((file) => path.relative(images, file)).sort();
    const mariadb = ["mariadb/docker-entrypoint.sh", "mariadb/healthcheck.sh"];
    assert.deepEqual(names, [...mariadb, "php/apache2-foreground", "wordpress/docker-entrypoint.sh"]);
  });

  for (const script of scripts) {
    it(`${path.relative(images, script)} is valid and executable`, () => {
      assert.equal(spawnSync("bash", ["-n", script], { encoding: "utf8" }).stderr, "");
      assert.equal(fs.statSync(script).mode & 0o111, 0o111);
    });
  }
});

describe("sourcesOf", () => {
  const known = [
    ...["deb http://mirror.example/debian bookworm main", "deb http://mirror.example/debian bookworm contrib"],
    ...["deb http://mirror.example/security bookworm-security main", "deb http://other.example/x nodistro main"],
  ];

  it("uses main of bookworm and of its security updates", () => {
    assert.deepEqual(sourcesOf("bookworm", known), [known[0], known[2]]);
  });

  it("reads trixie and its security updates from the mirrors of bookworm", () => {
    assert.deepEqual(sourcesOf("trixie", known), [
      "deb http://mirror.example/debian trixie main",
      "deb http://mirror.example/security trixie-security main",
    ]);
  });

  it("reads sid from the mirror of bookworm", () => {
    assert.deepEqual(sourcesOf("sid", known), ["deb http://mirror.example/debian sid main"]);
  });

  it("finds none if apt has no mirror of bookworm", () => {
    assert.deepEqual(sourcesOf("sid", known.slice(3)), []);
  });
});

describe("joinArchives", () => {
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "wordpress-archives-"))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it("stores several images with their tags in one archive, and a common layer once", async () => {
    const image = (config: string, layers: readonly string[]) =>
      JSON.stringify([{ Config: config, RepoTags: ["old:name"], Layers: layers }]);
    const first = {
      "a.json": "{}",
      "base.tar": "base",
      "a.tar": "a",
      "manifest.json": image("a.json", ["base.tar", "a.tar"]),
    };
    const second = { "b.json": "{}", "base.tar": "base", "manifest.json": image("b.json", ["base.tar"]) };
    const result = path.join(folder, "result.tar");
    await joinArchives(
      [
        { archive: tar(folder, "first.tar", first), tags: ["site:1", "site:latest"] },
        { archive: tar(folder, "second.tar", second), tags: ["site:2"] },
      ],
      result,
    );
    const members = execFileSync("tar", ["--list", "--file", result], { encoding: "utf8" }).trim().split("\n");
    assert.deepEqual(members.sort(), ["a.json", "a.tar", "b.json", "base.tar", "manifest.json"]);
    const manifest = execFileSync("tar", ["--extract", "--to-stdout", "--file", result, "manifest.json"], {
      encoding: "utf8",
    });
    assert.deepEqual(JSON.parse(manifest), [
      { Config: "a.json", Layers: ["base.tar", "a.tar"], RepoTags: ["site:1", "site:latest"] },
      { Config: "b.json", Layers: ["base.tar"], RepoTags: ["site:2"] },
    ]);
    assert.ok(!fs.existsSync(`${result}.parts`));
  });
});
