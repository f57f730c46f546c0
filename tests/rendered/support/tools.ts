import * as fs from "node:fs";
import * as path from "node:path";
import { goProgram, type GoProgram } from "../../../lab/support/goPrograms";
import { CommandFailed, run } from "../../../lab/support/processes";

const tools = path.resolve(__dirname, "../tools");

/** Returns the path of kubeconform, which validates objects. Built once, into the lab's cache: half a minute on two cores. */
export async function ensureKubeconform(): Promise<string> {
  return goProgram(tool("kubeconform", "github.com/yannh/kubeconform"));
}

/** Returns the path of kube-score, which checks best practices. Built once, into the lab's cache: a minute on two cores. */
export async function ensureKubeScore(): Promise<string> {
  return goProgram(tool("kube-score", "github.com/zegl/kube-score"));
}

/** Returns a tool's output. Its exit code is 1 if it has findings. @throws CommandFailed for any other nonzero exit code */
export async function printedBy(command: string, args: readonly string[]): Promise<string> {
  try {
    return await run(command, args);
  } catch (error) {
    if (error instanceof CommandFailed && error.code === 1) return error.output;
    throw error;
  }
}

/** A tool in the version of its go.mod. */
function tool(name: string, module: string): GoProgram {
  const folder = path.join(tools, name);
  const required = fs.readFileSync(path.join(folder, "go.mod"), "utf8");
  const version = required.split(`\t${module} v`)[1]?.split(" ")[0];
  if (version === undefined) throw new Error(`${folder}/go.mod does not require ${module}`);
  return { name, version, folder, package: `${module}/cmd/${name}`, variables: {}, env: { CGO_ENABLED: "0" } };
}
