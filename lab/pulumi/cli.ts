import * as fs from "node:fs";
import * as path from "node:path";
import { goProgram, type GoProgram } from "../support/goPrograms";
import { labPaths } from "../support/paths";
import { run } from "../support/processes";

/** The version of the Pulumi CLI that go.mod pins, and the oldest supported one. */
export const pulumiVersion = "3.259.0";

/** The Pulumi CLI, as the lab builds it. */
export const pulumiProgram: GoProgram = {
  name: "pulumi",
  version: pulumiVersion,
  folder: __dirname,
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${pulumiVersion}` },
};

/**
 * Returns the path of a Pulumi CLI: the one on PATH if it is recent enough, else one built once, into the cache:
 * about 4 minutes on two cores.
 */
export async function ensurePulumi(): Promise<string> {
  return (await pulumiOnPath(process.env.PATH ?? "")) ?? (await goProgram(pulumiProgram));
}

/** The first `pulumi` in the folders of `searchPath`, if it is recent enough. Ignores the lab's own folder. */
export async function pulumiOnPath(searchPath: string): Promise<string | undefined> {
  const folders = searchPath.split(path.delimiter).filter((folder) => folder !== "" && folder !== labPaths.bin);
  const found = folders.map((folder) => path.join(folder, "pulumi")).find(isExecutable);
  if (found === undefined) return undefined;
  const version = await run(found, ["version"]).catch(() => "");
  return isRecent(version.trim()) ? path.resolve(found) : undefined;
}

/** Whether the output of `pulumi version` is the pinned version or a later one. False for an invalid version. */
export function isRecent(version: string): boolean {
  const parsed = /^v(\d+)\.(\d+)\.(\d+)/.exec(version);
  if (!parsed) return false;
  const found = parsed.slice(1).map(Number);
  const needed = pulumiVersion.split(".").map(Number);
  const differing = needed.findIndex((part, index) => part !== found[index]);
  return differing === -1 || (found[differing] ?? 0) > (needed[differing] ?? 0);
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
