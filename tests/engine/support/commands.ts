import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { installLanguageHost } from "../../../lab/plugins/install";
import { ensurePulumi } from "../../../lab/pulumi/cli";

let folder: Promise<string> | undefined;

/**
 * A folder to put first on PATH, with `pulumi`, and with the language host's stand-in unless PATH has the official one. It is
 * created once for each process and deleted at its exit. The providers are the tests' own.
 */
export function commandsFolder(): Promise<string> {
  folder ??= makeFolder();
  return folder;
}

async function makeFolder(): Promise<string> {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-"));
  process.once("exit", () => fs.rmSync(made, { recursive: true, force: true }));
  fs.symlinkSync(await ensurePulumi(), path.join(made, "pulumi"));
  await installLanguageHost(made);
  return made;
}
