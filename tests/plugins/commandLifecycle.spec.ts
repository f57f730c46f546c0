import * as assert from "node:assert/strict";
import { failure } from "../support/failure";
import { SmallProgram } from "./support/smallProgram";

/** A script that records its input, and prints its own number. */
const script = `echo "@ $WORD \${PULUMI_COMMAND_STDOUT-none}" >> "$RUNS"; echo @-$WORD`;

const program = ({ word = "one", round = "1", extra = "", without = "" } = {}) => `
const environment = { WORD: "${word}" };
const script = ${JSON.stringify(script)};
const scripts = (name, ...given) => Object.fromEntries(given.map((which) => [which, script.replaceAll("@", name + "-" + which)]));
const commands = {
  full: () => ({ ...scripts("full", "create", "update", "delete"), environment, ${extra} }),
  short: () => ({ ...scripts("short", "create"), environment }),
  triggered: () => ({ ...scripts("triggered", "create", "update", "delete"), environment: { WORD: "fixed" }, triggers: ["${round}"] }),
  quiet: () => ({ environment }),
};
for (const [name, args] of Object.entries(commands)) {
  if (name === "${without}") continue;
  const made = new command.local.Command(name, args());
  made.stdout.apply((stdout) => console.log(name + " printed <" + stdout + ">"));
}
`;

const runsOf = (small: SmallProgram) => small.runs().sort();

describe("command: trigger of a script", function () {
  this.timeout(6 * 60_000);
  let small: SmallProgram;
  before(async () => (small = await SmallProgram.start(program())));
  after(() => small?.remove());

  it("is never a preview, in which its output is unknown", async () => {
    const { output, changes } = await small.preview();
    assert.equal(changes.create, 5);
    assert.deepEqual(small.runs(), []);
    assert.doesNotMatch(output, /printed/);
  });

  it("is create for a new command, without a previous output", async () => {
    const { output } = await small.up();
    assert.deepEqual(runsOf(small), ["full-create one none", "short-create one none", "triggered-create fixed none"]);
    assert.match(output, /full printed <full-create-one>/);
    assert.match(output, /quiet printed <>/);
  });

  it("is nothing if nothing changed", async () => {
    const { changes } = await small.up();
    assert.deepEqual(changes, { same: 5 });
    assert.deepEqual(small.runs(), []);
  });

  it("is update for a changed input, or create without one, with the previous output", async () => {
    small.change(program({ word: "two" }));
    const preview = await small.preview();
    assert.deepEqual(small.runs(), []);
    assert.doesNotMatch(preview.output, /(full|short) printed/);
    const { changes } = await small.up();
    assert.deepEqual(changes, { same: 2, update: 3 });
    assert.deepEqual(runsOf(small), ["full-update two full-create-one", "short-create two short-create-one"]);
  });

  it("is update if only the delete script changed", async () => {
    small.change(program({ word: "two", extra: 'delete: "true",' }));
    const { steps } = await small.up();
    assert.deepEqual(
      steps.map(({ operation, name, paths }) => ({ operation, name, paths })),
      [{ operation: "update", name: "full", paths: ["delete"] }],
    );
    assert.deepEqual(small.runs(), ["full-update two full-update-two"]);
  });

  it("is the new create and then the old delete for changed triggers, the latter with the old output", async () => {
    small.change(program({ word: "two", round: "2" }));
    const { steps } = await small.up();
    const triggered = steps.filter(({ name }) => name === "triggered").map(({ operation }) => operation);
    assert.deepEqual(triggered, ["create-replacement", "replace", "delete-replaced"]);
    const runs = small.runs().filter((line) => line.startsWith("triggered"));
    assert.deepEqual(runs, ["triggered-create fixed none", "triggered-delete fixed triggered-create-fixed"]);
  });

  it("is delete if the command is removed from the program, with the inputs of the state", async () => {
    small.change(program({ word: "three", without: "full", round: "2" }));
    await small.up();
    assert.deepEqual(runsOf(small), ["full-delete two full-update-two", "short-create three short-create-two"]);
    const { changes } = await small.destroy();
    assert.deepEqual(changes, { delete: 4 });
    assert.deepEqual(small.runs(), ["triggered-delete fixed triggered-create-fixed"]);
  });
});

describe("command: failed script", function () {
  this.timeout(6 * 60_000);
  let small: SmallProgram;
  const failing = (words: string) => `new command.local.Command("failing", {
    create: 'echo out; echo err >&2; echo create >> "$RUNS"; exit 3',
    update: 'echo "update $WORD" >> "$RUNS"; ! echo no',
    ${words}
  });`;
  before(async () => (small = await SmallProgram.start(failing(""))));
  after(() => small?.remove());

  it("fails the deployment, and is reported with exit code, text and output", async () => {
    const output = await failure(small.up());
    assert.match(output, /exit status 3: running "echo out; echo err >&2; echo create >> \\"\$RUNS\\"; exit 3":\n/);
    assert.match(output, /:\n\s*out\n\s*err\n/);
  });

  it("creates nothing, so that the next up runs create", async () => {
    assert.equal(small.resources().failing, undefined);
    small.runs();
    small.change(failing('create: "true"'));
    const { changes } = await small.up();
    assert.deepEqual({ changes, runs: small.runs() }, { changes: { create: 1, same: 1 }, runs: [] });
  });

  it("changes nothing, so that the next up runs update from the previous state", async () => {
    const changed = failing('create: "true", environment: { WORD: "one" }');
    small.change(changed);
    assert.match(await failure(small.up()), /exit status 1: running/);
    assert.match(await failure(small.up()), /exit status 1: running/);
    assert.deepEqual(small.runs(), ["update one", "update one"]);
    small.change(failing('create: "true"'));
    assert.deepEqual((await small.up()).changes, { same: 2 });
  });

  it("is reported if its folder or its shell does not exist", async () => {
    const wrong = (args: string): Promise<string> => {
      small.change(`new command.local.Command("lost", { create: "true", ${args} });`);
      return failure(small.up("--target", "urn:pulumi:dev::small::command:local:Command::lost"));
    };
    assert.match(await wrong('dir: "/no/such/folder"'), /chdir \/no\/such\/folder: no such file or directory/);
    assert.match(await wrong('interpreter: ["no-such-shell"]'), /no-such-shell/);
  });
});
