import * as assert from "node:assert/strict";
import { installationHint, languageOf } from "../../scripts/checkScripts";

describe("languageOf", () => {
  for (const [name, text, language] of [
    ["a.sh", "", "shell"],
    ["run", "#!/usr/bin/env bash\n", "shell"],
    ["run", "#!/bin/sh -e\n", "shell"],
    ["run", "#!/usr/bin/env node\n", undefined],
    ["a.md", "Begin scripts with:\n#!/bin/sh\n", undefined],
    ["a.php", "<?php\n", "php"],
    ["a.ts", "", undefined],
  ] as const) {
    it(`takes ${name} that begins with ${JSON.stringify(text)} for ${language ?? "neither shell nor PHP"}`, () => {
      assert.equal(languageOf(name, text), language);
    });
  }
});

describe("installationHint", () => {
  it("names what is missing, and a command for each system", () => {
    const php = { program: "php", debianPackage: "php-cli", brewPackage: "php" };
    const shellCheck = { program: "shellcheck", debianPackage: "shellcheck", brewPackage: "shellcheck" };
    assert.equal(
      installationHint([shellCheck, php]),
      "`npm run check:scripts` needs shellcheck and php. Install:\n" +
        "  sudo apt-get install shellcheck php-cli    # Debian, Ubuntu\n" +
        "  brew install shellcheck php    # macOS",
    );
  });
});
