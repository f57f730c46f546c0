import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import {
  AboutResponse,
  DependencyInfo,
  GetProgramDependenciesResponse,
  type ProgramInfo,
} from "@pulumi/pulumi/proto/language_pb";
import { installedPackages, packageFile, type PackageFile } from "./installedPackages";
import { chosenPackageManager } from "./installDependencies";

/** The language section of `pulumi about`. */
export function about(info: ProgramInfo | undefined): AboutResponse {
  const folder = info?.getProgramDirectory() ?? process.cwd();
  const manager = chosenPackageManager(info);
  const response = new AboutResponse().setExecutable(process.execPath).setVersion(process.version);
  const typescript = typeScriptVersion(folder);
  response.getMetadataMap().set("packagemanager", manager).set("packagemanagerVersion", versionOf(manager));
  if (typescript) response.getMetadataMap().set("typescriptVersion", typescript);
  return response;
}

/** A program's dependencies with their installed versions. */
export function programDependencies(
  info: ProgramInfo | undefined,
  transitive: boolean,
): GetProgramDependenciesResponse {
  const folder = info?.getProgramDirectory() ?? process.cwd();
  const own = packageFile(folder);
  const wanted = new Set(Object.keys({ ...own?.dependencies, ...own?.devDependencies }));
  const found = transitive
    ? installedPackages(folder)
    : [...wanted].map((name) => packageFile(path.join(folder, "node_modules", name)) ?? { name });
  return new GetProgramDependenciesResponse().setDependenciesList(
    found.map(({ name = "", version = "" }) => new DependencyInfo().setName(name).setVersion(version)),
  );
}

function typeScriptVersion(folder: string): string | undefined {
  try {
    const file = createRequire(path.join(folder, "index.js")).resolve("typescript/package.json");
    return (JSON.parse(fs.readFileSync(file, "utf8")) as { version: string }).version;
  } catch {
    return undefined;
  }
}

/**
 * A package manager's version. The CLI requests it at every command, and most package managers are Node programs: reading a file is
 * a quarter of a second faster than starting one.
 */
function versionOf(command: string): string {
  const version = packageOf(command)?.version;
  if (version !== undefined) return version;
  try {
    return execFileSync(command, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "";
  }
}

/** The package whose file a command on PATH links to. */
function packageOf(command: string): PackageFile | undefined {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const file = folders.map((folder) => path.join(folder, command)).find((candidate) => fs.existsSync(candidate));
  if (file === undefined) return undefined;
  let folder = path.dirname(fs.realpathSync(file));
  while (path.basename(path.dirname(folder)) !== "node_modules") {
    if (folder === path.dirname(folder)) return undefined;
    folder = path.dirname(folder);
  }
  const found = packageFile(folder);
  return found?.name === command ? found : undefined;
}
