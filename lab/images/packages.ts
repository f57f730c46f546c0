import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "../support/processes";
import { mirrors, type Release } from "./base";

/**
 * Extracts Debian packages of a release into a folder, without installing them.
 * @throws CommandFailed if the release has no such package
 */
export async function extractPackages(release: Release, packages: readonly string[], folder: string): Promise<void> {
  const apt = `${folder}.apt`;
  const downloads = path.join(apt, "downloads");
  for (const each of ["lists/partial", "cache/archives/partial", "downloads"]) {
    fs.mkdirSync(path.join(apt, each), { recursive: true });
  }
  fs.writeFileSync(path.join(apt, "sources.list"), (await mirrors(release)).join("\n"));
  fs.writeFileSync(path.join(apt, "status"), "");
  fs.writeFileSync(path.join(apt, "apt.conf"), configuration(apt));
  const options = { env: { APT_CONFIG: path.join(apt, "apt.conf") }, cwd: downloads };
  await run("apt-get", ["update"], options);
  await run("apt-get", ["download", ...packages], options);
  fs.mkdirSync(folder, { recursive: true });
  for (const file of fs.readdirSync(downloads)) await run("dpkg-deb", ["--extract", file, folder], { cwd: downloads });
  fs.rmSync(apt, { recursive: true });
}

/** An apt.conf whose lists, cache and sources are in a folder of their own. */
function configuration(apt: string): string {
  const settings = {
    "Dir::State::lists": `${apt}/lists`,
    "Dir::State::status": `${apt}/status`,
    "Dir::Cache": `${apt}/cache`,
    "Dir::Etc::sourcelist": `${apt}/sources.list`,
    "Dir::Etc::sourceparts": "/dev/null",
    // The package lists of a frozen mirror may have expired.
    "Acquire::Check-Valid-Until": "false",
    // The user _apt cannot write to the folder.
    "APT::Sandbox::User": "root",
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} "${value}";\n`)
    .join("");
}
