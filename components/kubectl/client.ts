import { text } from "node:stream/consumers";
import { type ClusterAccess, expandHome, isKubeconfigText } from "./clusterAccess";
import { handKubeconfig, type HandedKubeconfig } from "./handedKubeconfig";
import { startTied } from "./tiedProcess";

/** Whole seconds after which a request that the API server does not answer is given up. */
const requestTimeoutSeconds = 20;

/** kubectl ended with an error, or is not there. The message is what kubectl printed. */
export class KubectlError extends Error {}

/**
 * The one that reads, patches and asks: kubectl on one cluster, whatever the shell's current context is. It ends with this
 * process.
 */
export class Kubectl {
  private handed: HandedKubeconfig | undefined;

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
    if (code !== 0) throw new KubectlError(stderr.trim() || `kubectl ${args.join(" ")} ended with ${code}`);
    return stdout;
  }

  /** Runs kubectl with `--output json` and returns what it printed, parsed. @throws KubectlError */
  async json<T>(args: readonly string[]): Promise<T> {
    return JSON.parse(await this.run([...args, "--output=json"])) as T;
  }

  /** The items of a kind, in one namespace or in all. @throws KubectlError */
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

  private kubeconfig(): HandedKubeconfig | undefined {
    const { kubeconfig } = this.access;
    if (kubeconfig === undefined) return undefined;
    if (!isKubeconfigText(kubeconfig)) return { path: expandHome(kubeconfig) };
    return (this.handed ??= handKubeconfig(kubeconfig));
  }
}

const kubectlMissing =
  "kubectl is not on PATH, and this program checks the cluster with it. Install it: https://kubernetes.io/docs/tasks/tools/";
