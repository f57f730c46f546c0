import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../../lab/support/paths";
import { scripts } from "../../scripts";
import { registeredByStack } from "../support/golden";
import type { Registered } from "../support/mocks";

describe("scripts of local commands", () => {
  let commands: Registered[];

  before(async function () {
    this.timeout(60_000);
    const resources = [...(await registeredByStack("dev")), ...(await registeredByStack("openebs"))];
    commands = resources.filter(({ type }) => type === "command:local:Command");
  });

  const run = (inputs: Registered["inputs"]) =>
    [inputs.create, inputs.update, inputs.delete].filter((script) => script !== undefined);

  it("each have a module", () => {
    for (const module of Object.values(scripts))
      assert.ok(fs.existsSync(path.join(projectRoot, `${module}.ts`)), module);
  });

  it("are run by Node without a shell, by names that the entry point knows", () => {
    assert.ok(commands.length > 10);
    for (const { name, inputs } of commands) {
      assert.deepEqual(inputs.interpreter, ["node", "--require", "tsx/cjs", "scripts.ts"], name);
      assert.ok(run(inputs).length > 0, `${name} never runs anything`);
      for (const script of run(inputs)) assert.ok((script as string) in scripts, `${name}: ${script as string}`);
    }
  });

  it("leave only the entry point's path in the state", () => {
    for (const { name, inputs } of commands) {
      const words = JSON.stringify(inputs).match(/[\w./-]+\.ts\b/g) ?? [];
      assert.deepEqual(words, ["scripts.ts"], name);
    }
  });

  it("are only run for operations that need one, because `true` is no command on Windows", () => {
    const volumes = commands.filter(({ name }) => name === "volumes");
    assert.deepEqual(
      volumes.map(({ inputs }) => run(inputs)),
      [["delete-claims"], ["delete-claims"]],
    );
  });

  it("are listed when an unknown one is requested", () => {
    const entry = ["--require", "tsx/cjs", path.join(projectRoot, "scripts.ts"), "repair"];
    assert.throws(() => execFileSync("node", entry, { cwd: projectRoot, encoding: "utf8", stdio: "pipe" }), {
      status: 2,
      stdout: `"repair" is not a script of this program; allowed: ${Object.keys(scripts).join(", ")}\n`,
    });
  });
});
