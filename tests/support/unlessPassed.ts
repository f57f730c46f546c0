import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as ts from "typescript";
import { digest } from "../../components/kubernetes/digest";
import { ensureCliAndPlugins } from "../../lab/pulumi/installed";
import { cacheRoot, projectRoot } from "../../lab/support/paths";
import { main } from "../../lab/support/progress";
import { keptResults, type KeptResult, record } from "./reliability";

/** A passed Mocha run. */
export interface PassedRun {
  /** Digest of its command, files and plugins. */
  readonly digest: string;
  /** Its last line, e.g. `12 passed, 0 failed`. */
  readonly summary: string;
  /** Time of its end, in ISO 8601. */
  readonly at: string;
  /** Its tests' results for the reliability report. */
  readonly results: readonly KeptResult[];
}

/**
 * Dependencies of tests that their specs do not import: the whole program for the engine, the files of the program's containers for the
 * images, and the script that the plugins' tests run.
 */
export const inputs: Readonly<Record<string, readonly string[]>> = {
  engine: [
    ...["components", "stacks", "policy", "index.ts", "scripts.ts", "package.json", "tsconfig.json"],
    ...["Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.production.yaml", "Pulumi.openebs.yaml"],
  ],
  images: [...containerFolders(), "docs/replaceAddress.php"],
  plugins: ["scripts.ts", "components/preflight/preflightScript.ts"],
};

/** The folders `files` of the rooms. */
function containerFolders(): string[] {
  return fs
    .readdirSync(path.join(projectRoot, "components"), { recursive: true, encoding: "utf8" })
    .filter((file) => path.basename(file) === "files")
    .map((file) => path.join("components", file));
}

const plugins = ["lab/plugins", ...modulesOf("pulumi")];

/**
 * The part of the lab that a tier depends on, in addition to the modules that its spec files import; not how the lab starts. `test:lab`
 * depends on all of it.
 */
export const partsOfLab: Readonly<Record<string, readonly string[]>> = {
  engine: plugins,
  plugins,
  images: ["lab/images"],
  "kubernetes-plugin": [...plugins, ...modulesOf("helm"), ...modulesOf("kubernetes")],
};

/** The files that pin the versions of a Go program of the lab. */
function modulesOf(program: string): string[] {
  return [`lab/${program}/go.mod`, `lab/${program}/go.sum`];
}

/** Folder of the last passed run of each tier. */
export const passedRuns = path.join(cacheRoot, "passed");

/**
 * The files that a tier's tests depend on, by their paths in the project: all modules that a spec file imports, directly or indirectly;
 * the lab, whose programs and configuration are not modules; the folders of the spec files; the versions of packages.
 * @param places folders of the tier's spec files, and further folders and files that it depends on
 * @param partOfLab folders and files of the lab that it depends on, in addition to the lab's modules that it imports
 */
export function filesOf(places: readonly string[], partOfLab: readonly string[] = ["lab"]): string[] {
  const beside = [...places, ...partOfLab].flatMap((place) => {
    if (fs.statSync(path.resolve(projectRoot, place)).isFile()) return place;
    return fs
      .readdirSync(path.resolve(projectRoot, place), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(projectRoot, path.join(entry.parentPath, entry.name)))
      .filter((file) => !isUnitSpec(file) && !file.endsWith(".md"));
  });
  const files = new Set([...beside, "package-lock.json", ".mocharc.json"]);
  for (const file of files) {
    if (file.endsWith(".ts")) importsOf(path.resolve(projectRoot, file)).forEach((imported) => files.add(imported));
  }
  return [...files].sort();
}

/** Whether a file is a unit test next to the code, which no other tier runs. */
function isUnitSpec(file: string): boolean {
  return /^(components|stacks)\//.test(file) && file.endsWith(".spec.ts");
}

function importsOf(file: string): string[] {
  return ts
    .preProcessFile(fs.readFileSync(file, "utf8"))
    .importedFiles.map(({ fileName }) => path.resolve(path.dirname(file), fileName))
    .flatMap((target) => [target, `${target}.ts`, path.join(target, "index.ts")])
    .filter((target) => fs.statSync(target, { throwIfNoEntry: false })?.isFile())
    .map((target) => path.relative(projectRoot, target));
}

export interface Tier {
  readonly name: string;
  /** Mocha's arguments: options, and patterns of spec files that end in `.spec.ts`. */
  readonly args: readonly string[];
  /** Other dependencies of the result: versions of programs. */
  readonly versions: unknown;
  /** Folders and files that it depends on, in addition to those that {@link filesOf} finds. @default none */
  readonly inputs?: readonly string[];
  /** Folders and files of the lab that it depends on, in addition to the modules that its spec files import. @default all of the lab */
  readonly partOfLab?: readonly string[];
  /** Folder of passed runs. @default passedRuns */
  readonly kept?: string;
  /** Destination of Mocha's output. @default this process's own */
  readonly output?: "inherit" | "ignore";
}

/**
 * Runs Mocha, unless a run with the same arguments, files and versions has passed. Use it only for tests whose result depends on nothing
 * else. With TEST_AGAIN=1 in the environment, it always runs.
 * @returns Mocha's exit code
 */
export function mochaUnlessPassed(tier: Tier): number {
  const { name, args, versions, partOfLab, kept = passedRuns, output = "inherit" } = tier;
  const folders = args.filter((argument) => argument.endsWith(".spec.ts")).map((pattern) => pattern.split("/*")[0]!);
  const contents = filesOf([...folders, ...(tier.inputs ?? [])], partOfLab).map((file) => [
    file,
    fs.readFileSync(path.resolve(projectRoot, file), "base64"),
  ]);
  const now = digest([args, versions, contents]);
  const file = path.join(kept, `${name}.json`);
  const last = readRun(file);
  if (last?.digest === now && process.env.TEST_AGAIN !== "1") {
    const why = `Not run again: nothing that these tests depend on has changed since they passed at ${last.at}.`;
    if (output === "inherit") console.log(`${why}\nWith TEST_AGAIN=1 they run.\n\n${last.summary}`);
    for (const result of last.results) record(result.part, result);
    return 0;
  }
  fs.rmSync(file, { force: true });
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "mocha-"));
  try {
    const summary = path.join(folder, "summary");
    const results = path.join(folder, "results");
    const env = { ...process.env, TEST_SUMMARY: summary, TEST_RESULTS: results };
    const { status } = spawnSync("mocha", args, { stdio: output, env, cwd: projectRoot });
    if (status === 0) {
      const ended = { summary: fs.readFileSync(summary, "utf8"), at: new Date().toISOString() };
      keep(file, { digest: now, ...ended, results: keptResults(results) });
    }
    return status ?? 1;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function readRun(file: string): PassedRun | undefined {
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as PassedRun) : undefined;
}

function keep(file: string, run: PassedRun): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(`${file}.${process.pid}`, JSON.stringify(run));
  fs.renameSync(`${file}.${process.pid}`, file);
}

if (require.main === module) {
  main(async () => {
    const [name = "", ...args] = process.argv.slice(2);
    process.exitCode = mochaUnlessPassed({
      name,
      args,
      inputs: inputs[name] ?? [],
      ...(name in partsOfLab && { partOfLab: partsOfLab[name] }),
      versions: [process.version, os.release(), await ensureCliAndPlugins()],
    });
  });
}
