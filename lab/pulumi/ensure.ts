import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { installPlugins } from "../plugins/install";
import { main } from "../support/progress";
import { ensurePulumi } from "./cli";

// What tests need of Pulumi is built, and asked for, in the open before they begin: in a test it would be minutes of silence.
main(async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-"));
  try {
    fs.symlinkSync(await ensurePulumi(), path.join(folder, "pulumi"));
    await installPlugins(path.join(folder, "home"), folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
