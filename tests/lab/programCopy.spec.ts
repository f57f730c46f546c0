import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { copyProgram, mergeStackFiles } from "../../lab/programCopy";
import { projectRoot } from "../../lab/support/paths";

describe("the copy of the program that `try` deploys", () => {
  let folder: string;
  const file = (name: string) => path.join(folder, "copy", name);
  const copy = (source = projectRoot) => copyProgram(source, path.join(folder, "copy"), "dev");
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "wordpress-copy-"))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it("has what the program is made of, and no more", () => {
    copy();
    assert.deepEqual(fs.readdirSync(path.join(folder, "copy")).sort(), [
      ...["Pulumi.dev.yaml", "Pulumi.yaml", "components", "index.ts", "node_modules", "package.json", "scripts.ts"],
      ...["stacks", "tsconfig.json"],
    ]);
    for (const name of ["index.ts", "scripts.ts", "Pulumi.dev.yaml", "stacks/config/load.ts"]) {
      assert.equal(fs.readFileSync(file(name), "utf8"), fs.readFileSync(path.join(projectRoot, name), "utf8"));
    }
  });

  it("is written again without files that were deleted, and keeps its stack file", () => {
    copy();
    const program = fs.readFileSync(file("index.ts"), "utf8");
    fs.writeFileSync(file("index.ts"), "old");
    fs.writeFileSync(file("components/gone.ts"), "old");
    fs.appendFileSync(file("Pulumi.dev.yaml"), "  wordpress:wordpressReplicas: 3\nencryptionsalt: v1:abc=\n");
    const used = fs.readFileSync(file("Pulumi.dev.yaml"), "utf8");
    copy();
    assert.equal(fs.readFileSync(file("index.ts"), "utf8"), program);
    assert.ok(!fs.existsSync(file("components/gone.ts")));
    assert.equal(fs.readFileSync(file("Pulumi.dev.yaml"), "utf8"), used);
  });
});

describe("mergeStackFiles", () => {
  const used = `config:
  # Mine.
  wordpress:wordpressReplicas: 3
  wordpress:storage:
    engine: hostpath
encryptionsalt: v1:abc=
`;

  it("keeps what is there and adds what is new", () => {
    const fresh = "config:\n  storage:\n    engine: existing\n  egress:\n    - 192.0.2.0/24\n";
    assert.equal(
      mergeStackFiles("wordpress", fresh, used),
      used.replace("encryptionsalt", "  egress:\n    - 192.0.2.0/24\nencryptionsalt"),
    );
  });

  it("keeps a key that Pulumi has prefixed with the project's name", () => {
    const fresh = "config:\n  storage:\n    engine: existing\n  kubernetes:context: kind\n";
    assert.equal(
      mergeStackFiles("wordpress", fresh, used),
      used.replace("encryptionsalt", "  kubernetes:context: kind\nencryptionsalt"),
    );
    assert.ok(mergeStackFiles("shop", fresh, used).includes("  storage:\n    engine: existing"));
  });

  it("makes settings where there were none", () => {
    const merged = mergeStackFiles("wordpress", "config:\n  content: perPod\n", "encryptionsalt: v1:abc=\n");
    assert.equal(merged, "encryptionsalt: v1:abc=\nconfig:\n  content: perPod\n");
  });

  it("keeps the stack file where the new one is empty", () => {
    assert.equal(mergeStackFiles("wordpress", "", used), used);
    assert.equal(mergeStackFiles("wordpress", "# nothing\n", used), used);
  });
});
