import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { exportLines, labVariables } from "../../lab/cluster/environment";

/** The output of a command in a POSIX shell after it has read the lines. */
function shell(lines: string, command: string, env: Readonly<Record<string, string>> = {}): string {
  return execFileSync("/bin/sh", ["-euc", `eval "$LINES_OF_LAB"; ${command}`], {
    env: { PATH: "/usr/bin:/bin", ...env, LINES_OF_LAB: lines },
    encoding: "utf8",
  });
}

describe("shell environment of the lab", () => {
  for (const value of ["plain", "two words", "it's", `"$HOME" \`id\` \\ *`, "two\nlines", ""]) {
    it(`preserves the value ${JSON.stringify(value)}`, () => {
      assert.equal(shell(exportLines({ NAME: value }, "/bin"), `printf %s "$NAME"`), value);
    });
  }

  it("exports its variables", () =>
    assert.equal(shell(exportLines({ NAME: "a b" }, "/bin"), "printenv NAME"), "a b\n"));

  it("puts the lab's commands first on PATH, once", () => {
    const lines = exportLines({}, "/the lab's/bin");
    assert.equal(shell(lines + lines, `printf %s "$PATH"`), "/the lab's/bin:/usr/bin:/bin");
  });

  it("unsets the passphrase and the stack of another project", () => {
    const foreign = { PULUMI_CONFIG_PASSPHRASE: "other", PULUMI_STACK: "other" };
    assert.doesNotMatch(shell(exportLines({}, "/bin"), "env", foreign), /^PULUMI_(CONFIG_PASSPHRASE|STACK)=/m);
  });

  it("disables Pulumi's plugin downloads only if stand-ins are installed", () => {
    const name = "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION";
    assert.equal(labVariables([{ name: "random", kind: "official" }])[name], undefined);
    const mixed = labVariables([
      { name: "random", kind: "official" },
      { name: "nodejs", kind: "stand-in" },
    ]);
    assert.equal(mixed[name], "true");
  });
});
