import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type InstalledPlugin, installPlugins } from "../plugins/install";
import { ensurePulumi } from "./cli";

/** Returns the Pulumi CLI and the plugins for tests. Builds or downloads missing ones. */
export async function ensureCliAndPlugins(): Promise<{ readonly cli: string; readonly plugins: InstalledPlugin[] }> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-"));
  try {
    const cli = await ensurePulumi();
    fs.symlinkSync(cli, path.join(folder, "pulumi"));
    return { cli, plugins: await installPlugins(path.join(folder, "home"), folder) };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
