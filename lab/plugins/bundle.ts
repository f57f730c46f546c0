import * as fs from "node:fs";
import * as path from "node:path";
import { cached } from "../support/cache";
import { projectRoot } from "../support/paths";
import { run } from "../support/processes";

/** The stand-ins' programs, and the module that is loaded into the programs that the language host starts. */
const entryPoints = {
  languageHost: "languageHost/main.ts",
  preload: "languageHost/preload.ts",
  kubernetes: "kubernetes/main.ts",
  random: "random/main.ts",
  command: "command/main.ts",
} as const;

export type StandIn = Exclude<keyof typeof entryPoints, "preload">;

/**
 * Makes one JavaScript file of each stand-in, once for each state of its source: loading them by tsx would cost every
 * command of Pulumi's half a second for each plugin.
 * @returns the folder, with `<name>.js` for each
 */
export async function bundledPlugins(): Promise<string> {
  // Outside of this folder: versions of packages, and the one module of the program that a stand-in imports.
  const others = ["package-lock.json", "components/kubernetes/quantity.ts"].map((file) => path.join(projectRoot, file));
  return cached({
    name: "pulumi-plugins",
    version: "stand-in",
    inputs: [...sources(__dirname), ...others].flatMap((file) => [
      path.relative(projectRoot, file),
      fs.readFileSync(file),
    ]),
    build: async (folder) => {
      const entries = Object.entries(entryPoints).map(([name, file]) => `${name}=${path.join(__dirname, file)}`);
      const options = ["--bundle", "--platform=node", "--target=node20", "--keep-names", "--log-level=warning"];
      await run(esbuild(), [...entries, ...options, `--outdir=${folder}`], { cwd: projectRoot });
    },
  });
}

function esbuild(): string {
  return path.join(path.dirname(require.resolve("esbuild/package.json")), "bin", "esbuild");
}

function sources(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .sort()
    .map((file) => path.join(folder, file));
}
