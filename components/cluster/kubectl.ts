import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type ClusterAccess, expandHome, isKubeconfigText } from "./clusterAccess";

/** Whole seconds after which a request that the API server does not answer is given up. */
const requestTimeoutSeconds = 20;

/** kubectl ended with an error, or is not there. The message is what kubectl printed. */
export class KubectlFailed extends Error {}

/** The one that reads, patches and asks: kubectl on one cluster, whatever the shell's current context is. */
export class Kubectl {
  private kubeconfigFile: string | undefined;

  constructor(private readonly access: Partial<ClusterAccess>) {}

  /**
   * Runs kubectl and returns its standard output.
   * @param input text for its standard input
   * @throws KubectlFailed
   */
  async run(args: readonly string[], input?: string): Promise<string> {
    const child = spawn("kubectl", [...this.flags(), ...args], { stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdin.on("error", () => undefined).end(input);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", (error: NodeJS.ErrnoException) =>
        reject(new KubectlFailed(error.code === "ENOENT" ? kubectlMissing : error.message)),
      );
      child.on("close", resolve);
    });
    if (code !== 0) throw new KubectlFailed(stderr.trim() || `kubectl ${args.join(" ")} ended with ${code}`);
    return stdout;
  }

  /** Runs kubectl with `--output json` and returns what it printed, parsed. @throws KubectlFailed */
  async json<T>(args: readonly string[]): Promise<T> {
    return JSON.parse(await this.run([...args, "--output=json"])) as T;
  }

  /** The items of a kind, in one namespace or in all. @throws KubectlFailed */
  async list<T>(kind: string, namespace?: string): Promise<T[]> {
    const where = namespace === undefined ? ["--all-namespaces"] : ["--namespace", namespace];
    return (await this.json<{ items: T[] }>(["get", kind, ...where])).items;
  }

  private flags(): string[] {
    const { context } = this.access;
    const kubeconfig = this.kubeconfigPath();
    return [
      ...(kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig]),
      ...(context === undefined ? [] : ["--context", context]),
      `--request-timeout=${requestTimeoutSeconds}s`,
    ];
  }

  /** A kubeconfig given as text goes to a file that only this user can read and that goes with the process. */
  private kubeconfigPath(): string | undefined {
    const { kubeconfig } = this.access;
    if (kubeconfig === undefined || !isKubeconfigText(kubeconfig)) return kubeconfig && expandHome(kubeconfig);
    if (this.kubeconfigFile === undefined) {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kubeconfig-"));
      process.once("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
      this.kubeconfigFile = path.join(folder, "config");
      fs.writeFileSync(this.kubeconfigFile, kubeconfig, { mode: 0o600 });
    }
    return this.kubeconfigFile;
  }
}

const kubectlMissing =
  "kubectl is not on PATH, and this program checks the cluster with it. Install it: https://kubernetes.io/docs/tasks/tools/";
