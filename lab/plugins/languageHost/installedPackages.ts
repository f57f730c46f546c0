import * as fs from "node:fs";
import * as path from "node:path";

/** The fields of a package.json that the language host reads. */
export interface PackageFile {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly pulumi?: PulumiSection;
}

/** The section in which an SDK names its plugin. */
export interface PulumiSection {
  readonly resource?: boolean;
  readonly name?: string;
  readonly version?: string;
  readonly server?: string;
  readonly parameterization?: Parameterization;
  readonly extensionParameterization?: Parameterization;
}

export interface Parameterization {
  readonly name: string;
  readonly version: string;
  /** Base64. */
  readonly value: string;
}

/** All packages installed below a program's folder, at any depth; each folder once. */
export function installedPackages(folder: string, visited = new Set<string>()): PackageFile[] {
  const real = fs.realpathSync(folder);
  if (visited.has(real)) return [];
  visited.add(real);
  return foldersIn(real).flatMap((entry) => {
    const inner = path.join(real, entry);
    if (entry === "node_modules") return packagesIn(inner, visited);
    // The program does not need the plugins of a policy pack's packages.
    return entry === ".git" || isPolicyPack(inner) ? [] : installedPackages(inner, visited);
  });
}

function packagesIn(nodeModules: string, visited: Set<string>): PackageFile[] {
  return foldersIn(nodeModules)
    .flatMap((entry) => (entry.startsWith("@") ? scoped(nodeModules, entry) : [entry]))
    .flatMap((entry) => packageAndItsOwn(path.join(nodeModules, entry), visited));
}

function packageAndItsOwn(folder: string, visited: Set<string>): PackageFile[] {
  const real = fs.realpathSync(folder);
  if (visited.has(real)) return [];
  visited.add(real);
  const own = path.join(real, "node_modules");
  const file = packageFile(real);
  return [...(file ? [file] : []), ...(fs.existsSync(own) ? packagesIn(own, visited) : [])];
}

/** The folder's package.json; undefined if it is missing or invalid. */
export function packageFile(folder: string): PackageFile | undefined {
  try {
    return JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8")) as PackageFile;
  } catch {
    return undefined;
  }
}

function scoped(nodeModules: string, scope: string): string[] {
  return foldersIn(path.join(nodeModules, scope)).map((name) => path.join(scope, name));
}

function foldersIn(folder: string): string[] {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || (entry.isSymbolicLink() && isFolder(path.join(folder, entry.name))))
    .map((entry) => entry.name);
}

function isFolder(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isPolicyPack(folder: string): boolean {
  return ["PulumiPolicy.yaml", "PulumiPolicy.yml"].some((file) => fs.existsSync(path.join(folder, file)));
}
