import * as fs from "node:fs";
import * as path from "node:path";
import { buildOnce, partFolder, type CachedPart } from "./cache";
import { buildLog } from "./paths";
import { run } from "./processes";
import { UserError } from "./progress";

/** A program that is built from Go modules, pinned by a go.mod and a go.sum of this project. */
export interface GoProgram {
  /** Name of the built file and of its folder in the cache. */
  readonly name: string;
  /** Human-readable version, e.g. `1.37.2`. */
  readonly version: string;
  /** Folder with go.mod, go.sum and, if any, the program's own source. */
  readonly folder: string;
  /** The package to build: an import path, or `.` for the folder's own source. */
  readonly package: string;
  /** Values for the program's string variables, by full name, such as its version. */
  readonly variables: Readonly<Record<string, string>>;
  /** Added to the environment of `go build`. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The oldest supported Go version, which the go.mod files require. */
const neededGo = [1, 26] as const;

/**
 * Builds a Go program once and returns the path of its file.
 * @throws UserError if it must be built and no suitable Go is installed
 */
export async function goProgram(program: GoProgram): Promise<string> {
  return path.join(await buildOnce(partOf(program)), program.name);
}

/** Whether a Go program is in the cache, so that Go is not needed. */
export function isBuilt(program: GoProgram): boolean {
  return fs.existsSync(partFolder(partOf(program)));
}

function partOf(program: GoProgram): CachedPart {
  const variables = Object.entries(program.variables).map(([name, value]) => `-X ${name}=${value}`);
  const flags = ["-mod=readonly", "-buildvcs=false", "-trimpath", "-ldflags", ["-s -w", ...variables].join(" ")];
  const sources = fs
    .readdirSync(program.folder)
    .filter((file) => /^go\.(mod|sum)$|\.go$/.test(file))
    .sort();
  return {
    name: program.name,
    version: program.version,
    inputs: [
      program.package,
      ...flags,
      JSON.stringify(program.env ?? {}),
      ...sources.flatMap((file) => [file, fs.readFileSync(path.join(program.folder, file))]),
    ],
    build: async (target) => {
      const problem = goProblem(await goVersion());
      if (problem) throw new UserError(problem);
      await run("go", ["build", ...flags, "-o", path.join(target, program.name), program.package], {
        cwd: program.folder,
        env: { ...program.env, GOFLAGS: "" },
        log: buildLog(program.name),
      });
    },
  };
}

/** The version of `go` on PATH, e.g. `go1.26.8`; undefined without one. */
export async function goVersion(): Promise<string | undefined> {
  try {
    return (await run("go", ["env", "GOVERSION"])).trim();
  } catch {
    return undefined;
  }
}

/** Why this version of Go is unsuitable, and the remedy; undefined if it is suitable. */
export function goProblem(version: string | undefined): string | undefined {
  const needed = neededGo.join(".");
  const remedy = `install Go ${needed} or newer (https://go.dev/doc/install) and put its bin folder on PATH`;
  if (version === undefined) return `Go, which builds the lab's programs, is not on PATH: ${remedy}`;
  const [major = 0, minor = 0] = (/^go(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
  const enough = major > neededGo[0] || (major === neededGo[0] && minor >= neededGo[1]);
  return enough ? undefined : `Go on PATH is ${version}, but the lab's programs need ${needed}: ${remedy}`;
}
