import { text } from "node:stream/consumers";
import { type ClusterAccess, expandHome, isKubeconfigText } from "./clusterAccess";
import { writeTemporaryKubeconfig, type TemporaryKubeconfig } from "./temporaryKubeconfig";
import { startTied } from "./tiedProcess";

/** Timeout of one request to the API server, in whole seconds. */
const requestTimeoutSeconds = 20;

/** kubectl failed or is not installed. The message is what kubectl printed. */
export class KubectlError extends Error {}

/** Runs kubectl on one cluster, independently of the shell's current context. Its processes end with this one. */
export class Kubectl {
  private temporary: TemporaryKubeconfig | undefined;

  constructor(private readonly access: Partial<ClusterAccess>) {}

  /**
   * Runs kubectl and returns its standard output.
   * @param input text for its standard input
   * @throws KubectlError
   */
  async run(args: readonly string[], input?: string): Promise<string> {
    const child = startTied("kubectl", [...this.flags(), ...args], this.kubeconfig()?.descriptor);
    const { stdin, stdout: out, stderr: errors } = child;
    if (!stdin || !out || !errors) throw new KubectlError(kubectlMissing);
    stdin.on("error", () => undefined).end(input);
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on("error", (error: NodeJS.ErrnoException) =>
        reject(new KubectlError(error.code === "ENOENT" ? kubectlMissing : error.message)),
      );
      child.on("close", resolve);
    });
    const [stdout, stderr, code] = await Promise.all([text(out), text(errors), ended]);
    if (code === 127) throw new KubectlError(kubectlMissing);
    if (code !== 0) throw new KubectlError(stderr.trim() || `kubectl ${args.join(" ")} exited with code ${code}`);
    return stdout;
  }

  /** Runs kubectl with `--output json` and returns the parsed output. @throws KubectlError */
  async json<T>(args: readonly string[]): Promise<T> {
    return JSON.parse(await this.run([...args, "--output=json"])) as T;
  }

  /** Lists the objects of a kind. @param namespace @default all namespaces @throws KubectlError */
  async list<T>(kind: string, namespace?: string): Promise<T[]> {
    const where = namespace === undefined ? ["--all-namespaces"] : ["--namespace", namespace];
    return (await this.json<{ items: T[] }>(["get", kind, ...where])).items;
  }

  private flags(): string[] {
    const { context } = this.access;
    const kubeconfig = this.kubeconfig();
    return [
      ...(kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig.path]),
      ...(context === undefined ? [] : ["--context", context]),
      `--request-timeout=${requestTimeoutSeconds}s`,
    ];
  }

  private kubeconfig(): TemporaryKubeconfig | undefined {
    const { kubeconfig } = this.access;
    if (kubeconfig === undefined) return undefined;
    if (!isKubeconfigText(kubeconfig)) return { path: expandHome(kubeconfig) };
    return (this.temporary ??= writeTemporaryKubeconfig(kubeconfig));
  }
}

const kubectlMissing =
  "kubectl is not on PATH, and this program checks the cluster with it. Install it: https://kubernetes.io/docs/tasks/tools/";
