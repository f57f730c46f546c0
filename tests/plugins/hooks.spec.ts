import * as assert from "node:assert/strict";
import { failure } from "../support/failure";
import { SmallProgram } from "./support/smallProgram";

const program = (word: string, broken = "") => `
const fs = require("fs");
const note = (line) => fs.appendFileSync(process.env.RUNS, line + "\\n");
const told = (when) => new pulumi.ResourceHook(when, ({ name, newInputs, oldOutputs, newOutputs }) => {
  note([when, name, newInputs?.environment?.WORD, oldOutputs?.stdout, newOutputs?.stdout].filter((part) => part).join(" "));
  if (when === "${broken}") throw new Error("the hook said no");
});
const again = new pulumi.ErrorHook("again", ({ name, errors }) => {
  note("error of " + name + ": " + errors.length);
  return errors.length < 2;
});
new command.local.Command("hooked", { create: 'echo "run $WORD" >> "$RUNS"; echo $WORD', environment: { WORD: "${word}" } }, { hooks: {
  beforeCreate: [told("beforeCreate")], afterCreate: [told("afterCreate")],
  beforeUpdate: [told("beforeUpdate")], afterUpdate: [told("afterUpdate")],
  beforeDelete: [told("beforeDelete")], afterDelete: [told("afterDelete")],
} });
`;

const failing = `
new command.local.Command("failing", { create: 'echo "try" >> "$RUNS"; exit 1' }, { hooks: { onError: [again] } });
`;

describe("language host: hooks", function () {
  this.timeout(6 * 60_000);
  let small: SmallProgram;
  before(async () => (small = await SmallProgram.start(program("one"))));
  after(() => small?.remove());

  it("run before and after a create", async () => {
    await small.preview();
    assert.deepEqual(small.runs(), []);
    await small.up();
    assert.deepEqual(small.runs(), ["beforeCreate hooked one", "run one", "afterCreate hooked one one"]);
  });

  it("run before and after an update, with old and new values", async () => {
    small.change(program("two"));
    await small.up();
    assert.deepEqual(small.runs(), ["beforeUpdate hooked two one", "run two", "afterUpdate hooked two one two"]);
  });

  it("prevent the operation after them if they fail", async () => {
    small.change(program("three", "beforeUpdate"));
    assert.match(await failure(small.up()), /the hook said no/);
    assert.deepEqual(small.runs(), ["beforeUpdate hooked three two"]);
  });

  it("run after an error, and decide about a retry", async () => {
    small.change(program("two") + failing);
    assert.match(await failure(small.up()), /exit status 1: running/);
    assert.deepEqual(small.runs(), ["try", "error of failing: 1", "try", "error of failing: 2"]);
  });

  it("run before and after a delete if the program runs", async () => {
    small.change(program("two"));
    await small.pulumi("destroy", "--yes", "--skip-preview", "--run-program");
    assert.deepEqual(small.runs(), ["beforeDelete hooked two", "afterDelete hooked two"]);
  });
});
