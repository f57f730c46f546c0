import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { installLanguageHost } from "../../../lab/plugins/install";
import { ensurePulumi } from "../../../lab/pulumi/cli";

let folder: Promise<string> | undefined;

/**
 * A folder with `pulumi`, and with the language host's stand-in where there is no official one on PATH. To come first on
 * PATH; made once for each process, and gone with it. The providers are the tests' own.
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
