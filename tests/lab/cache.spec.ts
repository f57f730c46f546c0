import * as assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { projectRoot } from "../../lab/support/paths";

/** Requests a part whose build records that it runs, and lasts until the file `go` exists. */
const program = `
const fs = require("fs");
const { setTimeout } = require("timers/promises");
const { buildOnce } = require("./lab/support/cache");
const build = async (folder) => {
  fs.appendFileSync(process.env.PLACE + "/builds", process.pid + "\\n");
  while (!fs.existsSync(process.env.PLACE + "/go")) await setTimeout(20);
  fs.writeFileSync(folder + "/file", "built");
};
buildOnce({ name: "part", version: "1", inputs: [], build }).then((folder) => console.log(fs.readFileSync(folder + "/file", "utf8")));
`;

describe("build cache", () => {
  let place: string;
  const children: ChildProcess[] = [];
  beforeEach(() => (place = fs.mkdtempSync(path.join(os.tmpdir(), "wordpress-cache-"))));
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    fs.rmSync(place, { recursive: true });
  });

  /** Starts a process that requests the part. */
  function start() {
    const child = spawn(process.execPath, ["--require", "tsx/cjs", "--eval", program], {
      cwd: projectRoot,
      env: { ...process.env, LAB_CACHE: path.join(place, "cache"), PLACE: place },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    const said = { stderr: "" };
    child.stderr.on("data", (chunk: Buffer) => (said.stderr += chunk.toString()));
    return { pid: child.pid, child, said, ended: Promise.all([text(child.stdout), once(child, "close")]) };
  }
  const builds = () => {
    const file = path.join(place, "builds");
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim().split("\n").map(Number) : [];
  };
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await setTimeout(20);
  };
  const finish = () => fs.writeFileSync(path.join(place, "go"), "");

  /** Starts two processes, of which the second waits for the first. */
  async function startTwo() {
    const first = start();
    await until(() => builds().length === 1);
    const second = start();
    await until(() => second.said.stderr !== "");
    assert.match(second.said.stderr, new RegExp(`waiting for process ${first.pid}, which builds part 1`));
    return { first, second };
  }

  it("builds a part once if two processes request it at the same time", async () => {
    const { first, second } = await startTwo();
    finish();
    assert.deepEqual([(await first.ended)[0], (await second.ended)[0]], ["built\n", "built\n"]);
    assert.deepEqual(builds(), [first.pid]);
    const left = fs.readdirSync(path.join(place, "cache"), { recursive: true, encoding: "utf8" });
    assert.deepEqual(left.map((name) => name.replace(/-[0-9a-f]{12}/, "")).sort(), ["locks", "part-1", "part-1/file"]);
  });

  it("builds a part in the waiting process if the building one is killed", async () => {
    const { first, second } = await startTwo();
    first.child.kill("SIGKILL");
    await first.ended;
    finish();
    assert.equal((await second.ended)[0], "built\n");
    assert.deepEqual(builds(), [first.pid, second.pid]);
  });

  it("takes over the lock of a killed process", async () => {
    const killed = start();
    await until(() => builds().length === 1);
    killed.child.kill("SIGKILL");
    await killed.ended;
    finish();
    const next = start();
    assert.equal((await next.ended)[0], "built\n");
    assert.ok(!next.said.stderr.includes("waiting"), next.said.stderr);
  });
});
