#!/usr/bin/env node
// Installs the packages unless those of package-lock.json are installed. Node alone, without a shell, so that it also runs on Windows.
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const projectRoot = fileURLToPath(new URL("..", import.meta.url));

/** When a file of the project was last written, in milliseconds; 0 where there is none. */
function writtenAt(file) {
  return statSync(new URL(`../${file}`, import.meta.url), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

if (writtenAt("node_modules/.package-lock.json") <= writtenAt("package-lock.json")) {
  // npm is a batch file on Windows, which only a shell starts.
  const options = { cwd: projectRoot, stdio: "inherit", shell: process.platform === "win32" };
  const { status, error } = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], options);
  if (error) console.error(`npm could not be started: ${error.message}`);
  process.exitCode = status ?? 1;
}
