import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import { kubectlCall } from "./kubectlCall";
import type { SmallCluster } from "./smallCluster";

/** Answers every kubectl that runs from its folder, with the state of a small cluster in this process. */
export class KubectlServer {
  private readonly server: http.Server;

  constructor(cluster: SmallCluster) {
    this.server = http.createServer((request, response) => {
      const answered = async () => {
        // KUBECONFIG, the number of arguments, the arguments, then the standard input.
        const [kubeconfig = "", count = "", ...rest] = (await text(request)).split("\0");
        const args = rest.slice(0, Number(count));
        const input = rest.slice(Number(count)).join("\0");
        return cluster.answer(kubectlCall(args, input), kubeconfigFiles(kubeconfig));
      };
      answered().then(
        (output) => response.end(output),
        (error: unknown) => {
          response.statusCode = 400;
          response.end(`error: ${error instanceof Error ? error.message : String(error)}\n`);
        },
      );
    });
  }

  /** Puts `kubectl` into the folder. @returns its environment variables */
  async start(folder: string): Promise<Record<string, string>> {
    fs.symlinkSync(path.join(__dirname, "kubectl.sh"), path.join(folder, "kubectl"));
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    // Without KUBECONFIG this machine's own one would be used.
    return { SMALL_CLUSTER_PORT: String((this.server.address() as AddressInfo).port), KUBECONFIG: "" };
  }

  stop(): void {
    this.server.close();
  }
}

/** The files that the variable KUBECONFIG lists. */
function kubeconfigFiles(list: string): string[] {
  return list.split(path.delimiter).filter(Boolean);
}
