import * as fs from "node:fs";
import * as path from "node:path";
import { buildOnce } from "../support/cache";
import { projectRoot } from "../support/paths";
import { run } from "../support/processes";

/** The stand-ins' programs, and the module that the language host preloads into programs. */
const entryPoints = {
  languageHost: "languageHost/main.ts",
  preload: "languageHost/preload.ts",
  kubernetes: "kubernetes/main.ts",
  random: "random/main.ts",
  command: "command/main.ts",
} as const;

export type StandIn = Exclude<keyof typeof entryPoints, "preload">;

/**
 * Bundles each stand-in into one JavaScript file, once for each state of its source. Loading them with tsx would cost each
 * Pulumi command half a second per plugin.
 * @returns the folder, with `<name>.js` for each
 */
export async function bundledPlugins(): Promise<string> {
  // Outside of this folder: versions of packages, and the one module of the program that a stand-in imports.
  const others = ["package-lock.json", "components/kubernetes/quantity.ts"].map((file) => path.join(projectRoot, file));
  return buildOnce({
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
