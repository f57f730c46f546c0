import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { SmallProgram } from "./support/smallProgram";
import { isRunning, StartedCommand } from "./support/startedCommand";

const source = `
require("fs").writeFileSync("pids", process.pid + " " + process.ppid + " ");
process.on("SIGINT", () => { require("fs").writeFileSync("interrupted", ""); process.exit(0); });
setInterval(() => undefined, 1000);
module.exports = async () => new Promise(() => undefined);
`;

describe("language host: running program", function () {
  this.timeout(6 * 60_000);
  let small: SmallProgram;
  before(async () => (small = await SmallProgram.start(source)));
  after(() => small?.remove());

  const started = async () => {
    const file = small.inFolder("pids");
    fs.rmSync(file, { force: true });
    const preview = new StartedCommand(small, "preview");
    const read = () => (fs.existsSync(file) ? fs.readFileSync(file, "utf8").split(" ").slice(0, -1).map(Number) : []);
    while (read().length < 2) await sleep(50);
    // It can be interrupted once its handler is installed.
    await sleep(300);
    return { preview, pids: read() };
  };
  const allGone = async (pids: readonly number[]) => {
    for (let waited = 0; pids.some(isRunning) && waited < 5000; waited += 50) await sleep(50);
    assert.deepEqual(pids.filter(isRunning), []);
  };

  it("is interrupted when the user cancels", async () => {
    const { preview, pids } = await started();
    preview.signal("SIGINT");
    assert.notEqual(await preview.ended(), 0);
    await allGone(pids);
    assert.ok(fs.existsSync(small.inFolder("interrupted")));
  });

  it("ends with a killed CLI, as does the language host", async () => {
    const { preview, pids } = await started();
    preview.signal("SIGKILL");
    assert.equal(await preview.ended(), "SIGKILL");
    await allGone(pids);
  });

  it("ends with a killed language host", async () => {
    const { preview, pids } = await started();
    const [, languageHost = 0] = pids;
    process.kill(languageHost, "SIGKILL");
    assert.notEqual(await preview.ended(), 0);
    await allGone(pids);
  });

  it("ends if both are killed at once", async () => {
    const { preview, pids } = await started();
    const [, languageHost = 0] = pids;
    process.kill(languageHost, "SIGKILL");
    preview.signal("SIGKILL");
    await allGone(pids);
  });
});
