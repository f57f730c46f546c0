import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { exportLines, labVariables } from "../../lab/cluster/environment";

/** What a POSIX shell prints after it has read the lines. */
function shell(lines: string, command: string, env: Readonly<Record<string, string>> = {}): string {
  return execFileSync("/bin/sh", ["-euc", `eval "$LINES_OF_LAB"; ${command}`], {
    env: { PATH: "/usr/bin:/bin", ...env, LINES_OF_LAB: lines },
    encoding: "utf8",
  });
}

describe("the lab's environment in a shell", () => {
  for (const value of ["plain", "two words", "it's", `"$HOME" \`id\` \\ *`, "two\nlines", ""]) {
    it(`holds ${JSON.stringify(value)} as it is`, () => {
      assert.equal(shell(exportLines({ NAME: value }, "/bin"), `printf %s "$NAME"`), value);
    });
  }

  it("is exported", () => assert.equal(shell(exportLines({ NAME: "a b" }, "/bin"), "printenv NAME"), "a b\n"));

  it("has the lab's commands first on PATH, once", () => {
    const lines = exportLines({}, "/the lab's/bin");
    assert.equal(shell(lines + lines, `printf %s "$PATH"`), "/the lab's/bin:/usr/bin:/bin");
  });

  it("has no passphrase and no stack of another project", () => {
    const foreign = { PULUMI_CONFIG_PASSPHRASE: "other", PULUMI_STACK: "other" };
    assert.doesNotMatch(shell(exportLines({}, "/bin"), "env", foreign), /^PULUMI_(CONFIG_PASSPHRASE|STACK)=/m);
  });

  it("keeps Pulumi from downloading plugins only where there are stand-ins", () => {
    const name = "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION";
    assert.equal(labVariables([{ name: "random", kind: "official" }])[name], undefined);
    const mixed = labVariables([
      { name: "random", kind: "official" },
      { name: "nodejs", kind: "stand-in" },
    ]);
    assert.equal(mixed[name], "true");
  });
});
