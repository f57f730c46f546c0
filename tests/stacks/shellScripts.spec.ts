import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { copyPodSpec, mergePodSpec } from "../../components/wordpress/sharedPod";
import { loadModule, prepareNode, restoreNode, unloadModule } from "../../components/storage/openebs/nodeScripts";
import { projectRoot } from "../../lab/support/paths";
import { allResources } from "../policy/support/program";

type Shell = "sh" | "bash";

/** A shell command: a text, or a file of a ConfigMap by its name. */
interface ShellCommand {
  readonly shell: Shell;
  readonly text?: string;
  readonly file?: string;
}

const site = { image: "wordpress:x", accessMode: "ReadWriteOnce" } as const;

/** Every shell command in the program's objects: of containers, probes, hooks, and jobs that scripts create. */
async function shellCommands(): Promise<ShellCommand[]> {
  const pods = [copyPodSpec(site, "data-wordpress-0", "0"), mergePodSpec(site)];
  const inputs = (await allResources()).map(({ resource }) => resource.inputs);
  const commands = [...inputs, ...pods].flatMap(commandsIn).flatMap(([program = "", ...words]): ShellCommand[] => {
    const [, shell] = /^(?:.*\/)?(sh|bash)$/.exec(program) ?? [];
    if (shell !== "sh" && shell !== "bash") return [];
    const [first = "", text = ""] = words;
    return [first === "-c" ? { shell, text } : { shell, file: path.basename(first) }];
  });
  return [...new Map(commands.map((command) => [JSON.stringify(command), command])).values()];
}

/** The values of all fields `command`, at any depth. */
function commandsIn(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    key === "command" && Array.isArray(inner) ? [inner as string[]] : commandsIn(inner),
  );
}

/** A shell's syntax error in a text; empty for a valid text. */
function syntaxErrors(shell: Shell, text: string): string {
  const { status, stderr } = spawnSync(shell, ["-n"], { encoding: "utf8", input: text });
  return status === 0 ? stderr : `${stderr || `ended with ${status}`}`;
}

const folder = path.join(projectRoot, "components");
const scripts = fs
  .readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".sh"))
  .map((name) => ({ name: path.basename(name), text: fs.readFileSync(path.join(folder, name), "utf8") }));

describe("shell scripts of the program", function () {
  this.timeout(60_000);

  it("run in the shell of their first line, for which ShellCheck checks them (npm run check:scripts)", async () => {
    const shells = new Map((await shellCommands()).map(({ shell, file }) => [file, shell]));
    const run = scripts.map(({ name }) => [name, shells.get(name)]);
    // copy.sh and fill.sh source copyTree.sh, and no pod runs it.
    const named = scripts.map(({ name, text }) => [
      name,
      name === "copyTree.sh" ? undefined : /^#!.*\b(sh|bash)\n/.exec(text)?.[1],
    ]);
    assert.deepEqual(run, named);
    assert.ok(run.length >= 5, run.join());
  });

  it("have no syntax error in a pod or on a node", async () => {
    const texts = (await shellCommands()).flatMap(({ shell, text }) => (text === undefined ? [] : [{ shell, text }]));
    assert.ok(texts.length >= 3, `${texts.length} commands`);
    for (const text of [prepareNode, restoreNode, loadModule, unloadModule]) texts.push({ shell: "sh", text });
    for (const { shell, text } of texts) assert.equal(syntaxErrors(shell, text), "", text);
  });

  it("fail this check if they have a syntax error", () => {
    for (const shell of ["sh", "bash"] as const) assert.notEqual(syntaxErrors(shell, "if true; then echo"), "");
  });
});
