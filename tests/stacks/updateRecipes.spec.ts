import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { codeBlocks, readPage } from "../support/docPages";

const page = "docs/how-to/update-wordpress.md";
const code = (language: string, part: RegExp) =>
  codeBlocks(readPage(page)).find((block) => block.language === language && part.test(block.code))?.code ?? "";

describe("docs/how-to/update-wordpress.md", () => {
  /** Runs the script for cron with a `pulumi` that has these outputs. @returns the commands of pulumi */
  function commands(outputs: object): string[] {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "wordpress-"));
    try {
      const calls = path.join(folder, "calls");
      const pulumi = `#!/bin/sh\necho "$*" >> ${calls}\n[ "$1" != stack ] || echo '${JSON.stringify(outputs)}'\n`;
      fs.writeFileSync(path.join(folder, "pulumi"), pulumi, { mode: 0o755 });
      const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
      execFileSync("sh", ["-c", code("bash", /stack output/)], { env });
      return fs.readFileSync(calls, "utf8").trim().split("\n");
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  }
  const read = ["up --yes --skip-preview", "stack output --json"];
  const update = { running: "7.1.4", release: "7.1.5", security: true, image: "wordpress:7.1.5-php8.4-apache" };

  it("has a script for cron that installs a release that may fix a hole", () => {
    const set = `config set wordpressImage ${update.image}`;
    assert.deepEqual(commands({ url: "http://a", wordpressUpdate: update }), [...read, set, "up --yes --skip-preview"]);
  });

  it("has a script for cron that changes nothing without such a release, or without an official image of it", () => {
    for (const wordpressUpdate of [undefined, { ...update, security: false }, { ...update, image: undefined }]) {
      assert.deepEqual(commands({ wordpressUpdate }), read);
    }
  });

  it("has a setting for Renovate that finds the image in a stack file", () => {
    const { customManagers } = JSON.parse(code("json", /customManagers/)) as {
      readonly customManagers: readonly {
        readonly managerFilePatterns: readonly string[];
        readonly matchStrings: readonly string[];
      }[];
    };
    const [{ managerFilePatterns: [file = ""], matchStrings: [pattern = ""] } = assert.fail()] = customManagers;
    assert.match("Pulumi.production.yaml", new RegExp(file.slice(1, -1)));
    const stack =
      'config:\n  wordpress:wordpressImage: wordpress:7.1.4-php8.4-apache\n  wordpress:wordpressReplicas: "3"\n';
    const { depName, currentValue } = new RegExp(pattern).exec(stack)?.groups ?? {};
    assert.deepEqual([depName, currentValue], ["wordpress", "7.1.4-php8.4-apache"]);
  });
});
